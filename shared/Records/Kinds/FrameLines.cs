using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace RideIngest.Records.Kinds;

/// <summary>One line of a frame: its place in the payload and its parsed record.</summary>
public readonly record struct FrameLine(int Offset, int Length, Reading Reading)
{
    /// <summary>The names of the values, if the line is a row.</summary>
    internal RowNames? Names { get; init; }
}

/// <summary>
/// Reads and writes the payload of a frame: JSON lines. A producer writes the field names in the first line and one array of values per
/// record after it; other publishers may also send one object per record.
/// </summary>
public static class FrameLines
{
    /// <summary>
    /// Appends the frame's records to <paramref name="lines"/>, in order. Blank lines are skipped; a bad line is a record with problems.
    /// </summary>
    public static void Read(Kind kind, ReadOnlySpan<byte> payload, List<FrameLine> lines)
    {
        RowNames? names = null;
        foreach (var range in payload.Split((byte)'\n'))
        {
            var (offset, length) = range.GetOffsetAndLength(payload.Length);
            var line = payload.Slice(offset, length);
            if (offset == 0 && (names = RowNames.Of(kind, line)) is not null)
                continue;
            if (names is not null && IsRow(line))
                lines.Add(new FrameLine(offset, length, kind.ReadRow(line, names)) { Names = names });
            else if (line.IndexOfAnyExcept(" \t\r"u8) >= 0)
                lines.Add(new FrameLine(offset, length, kind.Read(line)));
        }
    }

    /// <summary>Starts a payload with the line of names.</summary>
    public static void Begin(Kind kind, IBufferWriter<byte> payload)
    {
        kind.WriteNames(payload);
        payload.Write("\n"u8);
    }

    /// <summary>Appends a record to a started payload, as a row.</summary>
    public static void Append(Kind kind, Record record, IBufferWriter<byte> payload)
    {
        kind.WriteRow(record, payload);
        payload.Write("\n"u8);
    }

    /// <summary>Converts each row of the payload to an object, which is readable without the names; other lines are kept.</summary>
    public static ReadOnlyMemory<byte> AsObjects(ReadOnlyMemory<byte> payload)
    {
        var bytes = payload.Span;
        var first = bytes.IndexOf((byte)'\n');
        if (first < 0 || RowNames.Read(bytes[..first]) is not { } names)
            return payload;
        bytes = bytes[(first + 1)..];
        var objects = new ArrayBufferWriter<byte>(payload.Length * 2);
        foreach (var range in bytes.Split((byte)'\n'))
        {
            if (range.Start.Value > 0)
                objects.Write("\n"u8);
            objects.Write(AsObject(names, bytes[range]) ?? bytes[range]);
        }
        return objects.WrittenMemory;
    }

    /// <summary>Converts one line of the payload in the same way.</summary>
    public static ReadOnlyMemory<byte> AsObject(ReadOnlyMemory<byte> payload, FrameLine line)
    {
        var bytes = payload.Slice(line.Offset, line.Length);
        return line.Names is { } names && AsObject(names.Given, bytes.Span) is { } whole ? whole : bytes;
    }

    private static bool IsRow(ReadOnlySpan<byte> line) => line.StartsWith((byte)'[');

    /// <summary>Converts a row to an object; null if it is not a row with these names.</summary>
    private static byte[]? AsObject(IReadOnlyList<string> names, ReadOnlySpan<byte> row)
    {
        if (!IsRow(row))
            return null;
        try
        {
            using var json = JsonDocument.Parse(row.ToArray());
            var values = json.RootElement.EnumerateArray().ToArray();
            return values.Length == names.Count
                ? Encoding.UTF8.GetBytes($"{{{string.Join(',', names.Zip(values).Where(IsThere).Select(Property))}}}")
                : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Not JSON, or not UTF-8.
            return null;
        }

        static bool IsThere((string Name, JsonElement Value) property) => property.Value.ValueKind != JsonValueKind.Null;

        static string Property((string Name, JsonElement Value) property) =>
            $"\"{JsonEncodedText.Encode(property.Name, JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\":{property.Value.GetRawText()}";
    }
}
