using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace RideIngest.Hosting.Problems;

/// <summary>A failure as the sender sees it: RFC 9457, with a type that stays the same and says whether to try again.</summary>
/// <param name="Type">The stable name, after <c>/problems/</c>.</param>
public sealed record Problem(int Status, string Type, string Title, string? Detail = null) : IResult
{
    public const string ContentType = "application/problem+json";

    private static readonly JsonWriterOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Whether the same request may succeed later.</summary>
    public bool Retryable { get; init; }

    /// <summary>Sent as <c>Retry-After</c>, in whole seconds, at least one.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>The record that it is about.</summary>
    public long? Id { get; init; }

    /// <summary>What is wrong, by field.</summary>
    public IReadOnlyDictionary<string, string[]>? Errors { get; init; }

    /// <summary>The general problem of a status, for failures that have no better name.</summary>
    public static Problem OfStatus(int status) => status switch
    {
        400 => new(400, "bad-request", "The request cannot be understood"),
        401 => new(401, "unauthorized", "Who is asking is not known"),
        403 => new(403, "forbidden", "This is not allowed"),
        404 => new(404, "not-found", "There is nothing here"),
        405 => new(405, "method-not-allowed", "This method is not served here"),
        406 => new(406, "not-acceptable", "No accepted form can be given"),
        408 => new(408, "request-timeout", "The request did not arrive in time") { Retryable = true },
        413 => new(413, "too-large", "The body is too large"),
        415 => new(415, "unsupported-media-type", "This content type is not read here"),
        421 => new(421, "misdirected", "This host is not served here"),
        422 => new(422, "validation", "The content breaks a rule"),
        429 => new(429, "too-many-requests", "Too many requests") { Retryable = true },
        500 => new(500, "internal", "Something went wrong here") { Retryable = true },
        503 => new(503, "unavailable", "Not now") { Retryable = true },
        504 => new(504, "outcome-unknown", "The outcome is not known") { Retryable = true },
        >= 500 => new(status, "server-error", "Something went wrong here") { Retryable = true },
        _ => new(status, "refused", "The request is refused"),
    };

    /// <summary>Of a body that is no HTTP, or stood still; null for trouble of our own.</summary>
    public static Problem? OfBody(IOException e) => e switch
    {
        BadHttpRequestException { StatusCode: StatusCodes.Status408RequestTimeout } => OfStatus(408) with
        {
            Detail = "The body came more slowly than is waited for.",
        },
        BadHttpRequestException bad => OfStatus(bad.StatusCode) with
        {
            Detail = bad.Message.EndsWith('.') ? bad.Message : $"{bad.Message}.",
        },

        // What the server throws for a chunk whose length is beyond all numbers.
        { InnerException: OverflowException } => OfStatus(400) with { Detail = "Bad chunk size data." },
        _ => null,
    };

    /// <summary>As <c>Retry-After</c> has it.</summary>
    public static string Seconds(TimeSpan wait) =>
        Math.Max(1, (long)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);

    /// <summary>All of it in a line.</summary>
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

    /// <summary>When to come back, and how to say who is asking.</summary>
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
        if (Id is { } id)
            json.WriteNumber("id", id);
        else
            json.WriteNull("id");
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
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenMemory;
    }
}
