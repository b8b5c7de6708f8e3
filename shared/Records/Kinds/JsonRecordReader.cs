using System.Text;
using System.Text.Json;
using RideIngest.Records.Fields;

namespace RideIngest.Records.Kinds;

/// <summary>
/// Reads one record from JSON in one pass: an object, or an array of values with known names. A property in declared order is found by one
/// comparison, others by a case-insensitive lookup.
/// </summary>
internal readonly ref struct JsonRecordReader<TRecord>(Kind<TRecord> kind, Field<TRecord>[] fields, FieldNames names)
    where TRecord : Record, new()
{
    // The parts of the parser's messages about its own options and about the place, which is formatted here.
    private static readonly string[] ForProgrammers = [" LineNumber:", " which is not supported in this mode", " Cannot read next JSON"];

    /// <param name="row">The names of the values, if the record is an array.</param>
    internal Reading Read(ReadOnlySpan<byte> json, RowNames? row = null)
    {
        if (json.StartsWith("\uFEFF"u8))
            json = json[3..];
        var reader = new Utf8JsonReader(json);
        var record = new TRecord();
        var problems = default(FieldProblems);
        try
        {
            if (!reader.Read() || reader.TokenType != (row is null ? JsonTokenType.StartObject : JsonTokenType.StartArray))
            {
                problems.Add("", $"must be a JSON object, not {Excerpt.Of(json)}");
                return Kind<TRecord>.Invalid(record, ref problems);
            }
            return row is null ? Properties(ref reader, record, ref problems) : Values(ref reader, row, record, ref problems);
        }
        catch (JsonException malformed)
        {
            problems.Add("", Describe(malformed, json));
            return Kind<TRecord>.Invalid(record, ref problems);
        }
    }

    private Reading Properties(ref Utf8JsonReader reader, TRecord record, ref FieldProblems problems)
    {
        ulong seen = 0;
        var expected = 0;
        List<string>? unknown = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.ValueSpan;
            var at = expected < fields.Length && name.SequenceEqual(fields[expected].Utf8Name) ? expected : Find(ref reader);
            if (at < 0)
            {
                if (name.Length <= NearMiss.Longest && (unknown ??= []).Count < FieldNames.MostUnknown)
                    unknown.Add(Encoding.UTF8.GetString(name));
                reader.Skip();
                continue;
            }
            expected = at + 1;
            reader.Read();
            Value(ref reader, at, record, ref seen, ref problems);
        }
        PastItsEnd(ref reader);
        if (unknown is not null)
            Add(names.Misspelled(unknown, seen), ref problems);
        return kind.Finish(record, seen, ref problems);
    }

    private Reading Values(ref Utf8JsonReader reader, RowNames row, TRecord record, ref FieldProblems problems)
    {
        ulong seen = 0;
        var count = 0;
        for (; reader.Read() && reader.TokenType != JsonTokenType.EndArray; count++)
        {
            var at = count < row.Fields.Length ? row.Fields[count] : -1;
            if (at < 0)
                reader.Skip();
            else
                Value(ref reader, at, record, ref seen, ref problems);
        }
        if (count != row.Fields.Length)
            problems.Add("", $"has {count} {(count == 1 ? "value" : "values")} where the frame has {row.Fields.Length} names");
        PastItsEnd(ref reader);
        Add(row.Misspelled, ref problems);
        return kind.Finish(record, seen, ref problems);
    }

    private void Value(ref Utf8JsonReader reader, int at, TRecord record, ref ulong seen, ref FieldProblems problems)
    {
        var bit = 1UL << at;
        if ((seen & bit) != 0)
        {
            reader.Skip();
            problems.Add(fields[at].Name, "is given twice");
            return;
        }
        seen |= bit;
        if (fields[at].Read(ref reader, record) is { } wrong)
            problems.Add(fields[at].Name, wrong);
    }

    // The reader throws unless only white space follows.
    private static void PastItsEnd(ref Utf8JsonReader reader) => reader.Read();

    private static void Add(IEnumerable<FieldProblem> found, ref FieldProblems problems)
    {
        foreach (var (field, message) in found)
            problems.Add(field, message);
    }

    private int Find(ref Utf8JsonReader reader)
    {
        const int LongestName = 256;
        if (!reader.ValueIsEscaped || reader.ValueSpan.Length > LongestName)
            return names.Find(reader.ValueSpan);
        Span<byte> name = stackalloc byte[LongestName];
        try
        {
            return names.Find(name[..reader.CopyString(name)]);
        }
        catch (InvalidOperationException)
        {
            return -1;
        }
    }

    private static string Describe(JsonException malformed, ReadOnlySpan<byte> json)
    {
        if (json.Trim(" \t\r\n"u8).IsEmpty)
            return "is empty; a JSON object is expected";
        if (Foreign.Encoding(json) is { } encoding)
            return encoding;
        var reason = malformed.Message;
        foreach (var forProgrammers in ForProgrammers)
        {
            var end = reason.IndexOf(forProgrammers, StringComparison.Ordinal);
            reason = end < 0 ? reason : reason[..end];
        }
        var place = malformed.LineNumber > 0
            ? $"line {malformed.LineNumber + 1}, byte {malformed.BytePositionInLine + 1}"
            : $"byte {malformed.BytePositionInLine + 1}";
        return $"is not valid JSON at its {place}: {reason.TrimEnd('.')}";
    }
}
