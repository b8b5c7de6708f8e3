using System.Text;
using System.Text.Json;

namespace RideIngest.Records;

/// <summary>The first line of a frame, if that names the fields whose values the rows after it hold: a JSON array of strings.</summary>
internal sealed class RowNames
{
    private RowNames(IReadOnlyList<string> names, Kind kind)
    {
        Fields = [.. names.Select(name => kind.Names.Find(Encoding.UTF8.GetBytes(name)))];
        Unknown = Array.TrueForAll(Fields, field => field >= 0) ? null : [.. names.Where((_, place) => Fields[place] < 0)];
    }

    /// <summary>By place; −1 where the kind has no such field, and what stands there is passed over.</summary>
    internal int[] Fields { get; }

    /// <summary>The names that the kind does not have, if there are any.</summary>
    internal IReadOnlyList<string>? Unknown { get; }

    internal static RowNames? Of(Kind kind, ReadOnlySpan<byte> line) => Read(line) is { } names ? new RowNames(names, kind) : null;

    /// <summary>The names as they were written, or null if the line is something else.</summary>
    internal static List<string>? Read(ReadOnlySpan<byte> line)
    {
        if (!line.StartsWith((byte)'['))
            return null;
        var names = new List<string>();
        var reader = new Utf8JsonReader(line);
        try
        {
            reader.Read();
            while (reader.Read() && reader.TokenType == JsonTokenType.String)
                names.Add(reader.GetString()!);
            return reader.TokenType == JsonTokenType.EndArray && !reader.Read() && names.Count > 0 ? names : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // No JSON, or no UTF-8, or half of a character.
            return null;
        }
    }
}
