using System.Text;
using System.Text.Json;
using RideIngest.Records.Fields;

namespace RideIngest.Records.Kinds;

/// <summary>The first line of a frame, if that names the fields whose values the rows after it hold: a JSON array of strings.</summary>
internal sealed class RowNames
{
    private RowNames(IReadOnlyList<string> given, FieldNames known)
    {
        Given = given;
        Fields = [.. given.Select(name => known.Find(Encoding.UTF8.GetBytes(name)))];
        var found = Fields.Where(field => field >= 0).Aggregate(0UL, (bits, field) => bits | (1UL << field));
        Misspelled = [.. known.Misspelled(given.Where((_, place) => Fields[place] < 0), found)];
    }

    /// <summary>As they were written.</summary>
    internal IReadOnlyList<string> Given { get; }

    /// <summary>By place; −1 where the kind has no such field, and what stands there is passed over.</summary>
    internal int[] Fields { get; }

    /// <summary>What every row has to hear of the names.</summary>
    internal IReadOnlyList<FieldProblem> Misspelled { get; }

    internal static RowNames? Of(Kind kind, ReadOnlySpan<byte> line) => Read(line) is { } given ? new RowNames(given, kind.Names) : null;

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
            while (reader.Read() && IsName(reader))
                names.Add(reader.GetString()!);
            return reader.TokenType == JsonTokenType.EndArray && !reader.Read() && names.Count > 0 ? names : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // No JSON, or no UTF-8, or half of a character.
            return null;
        }
    }

    // No field has a longer one. And so no short row becomes an object that is many times as long.
    private static bool IsName(in Utf8JsonReader token) =>
        token.TokenType == JsonTokenType.String && token.ValueSpan.Length <= NearMiss.Longest;
}
