using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using RideIngest.Hosting.Problems;

namespace RideIngest.Console.Letters;

/// <summary>The optional body of a replay: what to send instead of the letter's payload.</summary>
internal static class ReplayBody
{
    private static ReadOnlySpan<byte> Blank => " \t\r\n"u8;

    /// <summary>Returns the payload to send, null for the letter's own, or the problem with the body.</summary>
    public static async Task<(byte[]? Payload, Problem? Problem)> ReadAsync(HttpRequest request)
    {
        if (request.ContentLength is null or 0 && request.Headers.TransferEncoding.Count == 0)
            return (null, null);
        try
        {
            using var body = await JsonDocument.ParseAsync(request.Body, cancellationToken: request.HttpContext.RequestAborted);
            if (body.RootElement.ValueKind != JsonValueKind.Object)
                return (null, Bad("The body must be an object with the property payload."));
            var unknown = body.RootElement.EnumerateObject().Select(property => property.Name).FirstOrDefault(name => name != "payload");
            if (unknown is not null)
                return (null, Bad($"The property {unknown} is unknown; there is payload."));
            if (!body.RootElement.TryGetProperty("payload", out var payload))
                return (null, null);
            return Bytes(payload) is { } bytes
                ? (bytes, null)
                : (null, Bad("The property payload must be an object, an array of objects, or a text of JSON lines."));
        }
        catch (JsonException e)
        {
            return (null, Bad($"The body is not JSON: {e.Message}"));
        }
    }

    /// <summary>The payload of content that a person wrote: one JSON value on any number of lines, or a value on each line.</summary>
    public static byte[] OfText(string text)
    {
        try
        {
            using var json = JsonDocument.Parse(text);
            if (json.RootElement.ValueKind is JsonValueKind.Object or JsonValueKind.Array && Bytes(json.RootElement) is { } bytes)
                return bytes;
        }
        catch (JsonException)
        {
            // JSON lines, or wrong: what is sent is checked.
        }
        return Encoding.UTF8.GetBytes(text.ReplaceLineEndings("\n"));
    }

    /// <summary>Whether content for a letter is the letter's own, but for white space.</summary>
    public static bool IsSame(ReadOnlyMemory<byte> own, byte[] payload) =>
        Utf8.IsValid(own.Span) && OfText(Encoding.UTF8.GetString(own.Span)).AsSpan().Trim(Blank).SequenceEqual(
            OfText(Encoding.UTF8.GetString(payload)).AsSpan().Trim(Blank));

    private static byte[]? Bytes(JsonElement payload) => payload.ValueKind switch
    {
        JsonValueKind.String => Encoding.UTF8.GetBytes(payload.GetString()!),
        JsonValueKind.Object => Lines([payload]),
        JsonValueKind.Array when payload.EnumerateArray().All(item => item.ValueKind == JsonValueKind.Object) =>
            Lines(payload.EnumerateArray()),
        _ => null,
    };

    private static byte[] Lines(IEnumerable<JsonElement> items)
    {
        var lines = new ArrayBufferWriter<byte>();
        foreach (var item in items)
        {
            using (var json = new Utf8JsonWriter(lines))
                item.WriteTo(json);
            lines.Write("\n"u8);
        }
        return lines.WrittenSpan.ToArray();
    }

    private static Problem Bad(string detail) => Problem.OfStatus(400) with { Detail = detail };
}
