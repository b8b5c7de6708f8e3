using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using RideIngest.Hosting.Problems;
using RideIngest.Records.Kinds;
using RideIngest.Storage.DeadLetters;
using RideIngest.Streams.Rides;

namespace RideIngest.Console.Letters;

/// <summary>The optional body of a replay: what to send instead of the letter's payload, checked as far as it can be.</summary>
internal sealed class ReplayBody(Catalog catalog)
{
    private const int MostProblems = 20;

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

    /// <summary>Returns what is wrong with other content for a letter; null if it may be processed.</summary>
    public Problem? Check(KeptDeadLetter kept, ReadOnlyMemory<byte> payload)
    {
        var errors = kept.Letter.System == RidesSystem.Name && catalog.Find(RidesStream.KindOf(kept.Letter.Subject), out var kind)
            ? OfRecords(kind, payload.Span)
            : OfObjects(payload.Span);
        if (errors.Count == 0)
            return null;
        return Problem.OfStatus(422) with
        {
            Detail = string.Join("; ", errors.Take(MostProblems).Select(error => $"{error.Field} {error.Message}".Trim())),
            Errors = errors.Take(MostProblems).GroupBy(error => error.Field)
                .ToDictionary(field => field.Key, field => field.Select(error => error.Message).ToArray()),
        };
    }

    private static List<(string Field, string Message)> OfRecords(Kind kind, ReadOnlySpan<byte> payload)
    {
        var lines = new List<FrameLine>();
        FrameLines.Read(kind, payload, lines);
        if (lines.Count == 0)
            return [("payload", "has no records")];
        return
        [
            .. lines.SelectMany((line, index) => line.Reading.Problems.Select(problem =>
                (lines.Count == 1 ? problem.Field : Field(index, problem.Field), problem.Message))),
        ];
    }

    private static List<(string Field, string Message)> OfObjects(ReadOnlySpan<byte> payload)
    {
        var errors = new List<(string, string)>();
        var index = 0;
        foreach (var range in payload.Split((byte)'\n'))
        {
            if (payload[range].IndexOfAnyExcept(" \t\r"u8) < 0)
                continue;
            if (!IsObject(payload[range]))
                errors.Add((Field(index, ""), "is not a JSON object"));
            index++;
        }
        if (index == 0)
            errors.Add(("payload", "has no events"));
        return errors;
    }

    private static bool IsObject(ReadOnlySpan<byte> line)
    {
        try
        {
            var reader = new Utf8JsonReader(line);
            return reader.Read() && reader.TokenType == JsonTokenType.StartObject && reader.TrySkip() && !reader.Read();
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static string Field(int index, string field) =>
        string.Create(CultureInfo.InvariantCulture, $"[{index}]{(field.Length > 0 ? "." : "")}{field}");

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
