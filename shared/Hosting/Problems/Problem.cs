using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using RideIngest.Records.Kinds;

namespace RideIngest.Hosting.Problems;

/// <summary>A failure as sent to clients: RFC 9457, with a stable type and a hint whether to retry.</summary>
/// <param name="Type">The name after <c>/problems/</c>.</param>
public sealed record Problem(int Status, string Type, string Title, string? Detail = null) : IResult
{
    public const string ContentType = "application/problem+json";

    private static readonly JsonWriterOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public bool Retryable { get; init; }

    /// <summary>The value of <c>Retry-After</c>, sent as whole seconds, at least one.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>The id of the record concerned.</summary>
    public RecordId Id { get; init; }

    /// <summary>The problems by field.</summary>
    public IReadOnlyDictionary<string, string[]>? Errors { get; init; }

    /// <summary>Further members, which only problems of some operations have.</summary>
    public JsonObject? Extensions { get; init; }

    /// <summary>The general problem for a status, for failures without a more specific type.</summary>
    public static Problem OfStatus(int status) => status switch
    {
        400 => new(400, "bad-request", "The request cannot be understood"),
        401 => new(401, "unauthorized", "Authentication is required"),
        403 => new(403, "forbidden", "This is not allowed"),
        404 => new(404, "not-found", "Not found"),
        405 => new(405, "method-not-allowed", "This method is not supported here"),
        406 => new(406, "not-acceptable", "No acceptable content type is available"),
        408 => new(408, "request-timeout", "The request did not arrive in time") { Retryable = true },
        413 => new(413, "too-large", "The body is too large"),
        415 => new(415, "unsupported-media-type", "This content type is not supported"),
        421 => new(421, "misdirected", "This host name is not allowed"),
        422 => new(422, "validation", "The content breaks a rule"),
        429 => new(429, "too-many-requests", "Too many requests") { Retryable = true },
        500 => new(500, "internal", "An unexpected error occurred") { Retryable = true },
        503 => new(503, "unavailable", "The service is unavailable") { Retryable = true },
        504 => new(504, "outcome-unknown", "The outcome is unknown") { Retryable = true },
        >= 500 => new(status, "server-error", "An error occurred") { Retryable = true },
        _ => new(status, "refused", "The request was refused"),
    };

    /// <summary>The problem of one value that breaks a rule.</summary>
    public static Problem OfField(string name, string message) => OfStatus(422) with
    {
        Detail = $"{name} {message}.",
        Errors = new Dictionary<string, string[]> { [name] = [message] },
    };

    /// <summary>The problem for a malformed or stalled request body; null if the cause is in the server.</summary>
    public static Problem? OfBody(IOException e) => e switch
    {
        BadHttpRequestException { StatusCode: StatusCodes.Status408RequestTimeout } => OfStatus(408) with
        {
            Detail = "The body arrived too slowly.",
        },
        BadHttpRequestException bad => OfStatus(bad.StatusCode) with
        {
            Detail = bad.Message.EndsWith('.') ? bad.Message : $"{bad.Message}.",
        },

        // Kestrel throws this for a chunk length that overflows.
        { InnerException: OverflowException } => OfStatus(400) with { Detail = "Bad chunk size data." },
        _ => null,
    };

    /// <summary>Formats a wait for <c>Retry-After</c>.</summary>
    public static string Seconds(TimeSpan wait) =>
        Math.Max(1, (long)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);

    /// <summary>The title and detail in one line.</summary>
    public string Line => Detail is null ? Title : $"{Title}: {Detail}";

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = Status;
        response.ContentType = ContentType;
        response.Headers.CacheControl = "no-store";
        WriteHeaders(response);

        var body = Body(Activity.Current?.TraceId.ToHexString() ?? httpContext.TraceIdentifier);
        response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(httpContext.Request.Method))
            await response.Body.WriteAsync(body, httpContext.RequestAborted);
    }

    /// <summary>Writes Retry-After and WWW-Authenticate.</summary>
    public void WriteHeaders(HttpResponse response)
    {
        if (RetryAfter is { } wait)
            response.Headers.RetryAfter = Seconds(wait);
        if (Status == StatusCodes.Status401Unauthorized)
            response.Headers.WWWAuthenticate = "Bearer";
    }

    internal ReadOnlyMemory<byte> Body(string traceId)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using var json = new Utf8JsonWriter(buffer, Json);
        json.WriteStartObject();
        json.WriteString("type", $"/problems/{Type}");
        json.WriteString("title", Title);
        json.WriteNumber("status", Status);
        if (Detail is not null)
            json.WriteString("detail", Detail);
        json.WritePropertyName("id");
        Id.WriteTo(json);
        if (Errors is not null)
        {
            json.WriteStartObject("errors");
            foreach (var (field, messages) in Errors)
            {
                json.WriteStartArray(field);
                foreach (var message in messages)
                    json.WriteStringValue(message);
                json.WriteEndArray();
            }

            json.WriteEndObject();
        }

        json.WriteBoolean("retryable", Retryable);
        json.WriteString("traceId", traceId);
        foreach (var (name, value) in Extensions ?? [])
        {
            json.WritePropertyName(name);
            value!.WriteTo(json);
        }
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenMemory;
    }
}
