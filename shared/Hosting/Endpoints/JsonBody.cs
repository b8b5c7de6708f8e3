using System.Text.Json;
using Microsoft.AspNetCore.Http;
using RideIngest.Hosting.Problems;

namespace RideIngest.Hosting.Endpoints;

/// <summary>A request's body that is one JSON object.</summary>
public readonly struct JsonBody
{
    private readonly JsonElement _object;

    private JsonBody(JsonElement read) => _object = read;

    /// <summary>Reads the body; or returns the problem with its type or its form.</summary>
    public static async Task<(JsonBody Body, Problem? Bad)> ReadAsync(HttpRequest request)
    {
        if (!request.HasJsonContentType())
            return (default, Problem.OfStatus(415) with { Detail = "Send application/json." });
        try
        {
            using var body = await JsonDocument.ParseAsync(request.Body, cancellationToken: request.HttpContext.RequestAborted);
            return body.RootElement.ValueKind == JsonValueKind.Object
                ? (new(body.RootElement.Clone()), null)
                : (default, Problem.OfStatus(400) with { Detail = "The body must be a JSON object." });
        }
        catch (JsonException e)
        {
            return (default, Problem.OfStatus(400) with { Detail = $"The body is not JSON: {e.Message}" });
        }
    }

    public JsonFields Fields() => new(_object);

    /// <summary>Returns a text that is required, or the problem with it.</summary>
    public (string? Text, Problem? Wrong) Text(string name, string rule, Func<string, bool> isValid)
    {
        if (!_object.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null)
            return (null, Problem.OfField(name, "is required"));
        try
        {
            return value.ValueKind == JsonValueKind.String && value.GetString() is { } text && isValid(text)
                ? (text, null)
                : (null, Problem.OfField(name, rule));
        }
        catch (InvalidOperationException)
        {
            return (null, Problem.OfField(name, "is not valid Unicode"));
        }
    }
}
