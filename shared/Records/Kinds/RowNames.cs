using System.Text;
using System.Text.Json;
using RideIngest.Records.Fields;

namespace RideIngest.Records.Kinds;

/// <summary>The first line of a frame when it is a JSON array of strings: the field names of the rows that follow.</summary>
internal sealed class RowNames
{
    private RowNames(IReadOnlyList<string> given, FieldNames known)
    {
        Given = given;
        Fields = [.. given.Select(name => known.Find(Encoding.UTF8.GetBytes(name)))];
        var found = Fields.Where(field => field >= 0).Aggregate(0UL, (bits, field) => bits | (1UL << field));
        Misspelled = [.. known.Misspelled(given.Where((_, place) => Fields[place] < 0), found)];
    }

    /// <summary>The names as written.</summary>
    internal IReadOnlyList<string> Given { get; }

    /// <summary>The field index of each name, or −1 for an unknown name, whose values are ignored.</summary>
    internal int[] Fields { get; }

    /// <summary>The problems with the names, which apply to every row.</summary>
    internal IReadOnlyList<FieldProblem> Misspelled { get; }

    internal static RowNames? Of(Kind kind, ReadOnlySpan<byte> line) => Read(line) is { } given ? new RowNames(given, kind.Names) : null;

    /// <summary>Reads the names as written; null if the line is something else.</summary>
    internal static List<string>? Read(ReadOnlySpan<byte> line)
    {
        if (!line.StartsWith((byte)'['))
            return null;
        var names = new List<string>();
        var reader = new Utf8JsonReader(line);
        try
        {
            reader.Read();
            while (reader.Read() && IsName(reader))
                names.Add(reader.GetString()!);
            return reader.TokenType == JsonTokenType.EndArray && !reader.Read() && names.Count > 0 ? names : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Not JSON, not UTF-8, or an incomplete surrogate pair.
            return null;
        }
    }

    // No field has a longer name. The limit also keeps a short row from expanding into a much longer object.
    private static bool IsName(in Utf8JsonReader token) =>
        token.TokenType == JsonTokenType.String && token.ValueSpan.Length <= NearMiss.Longest;
}
