using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using RideIngest.Records.Fields;
using RideIngest.Records.Kinds;
using Record = RideIngest.Records.Kinds.Record;

namespace RideIngest.Integration.BadInput;

/// <summary>Valid records of any kind, made of what its fields say of themselves, in any of the spellings that intake reads.</summary>
internal sealed class RecordGenerator(Kind kind, Random random)
{
    private const int Attempts = 50;

    // A prime apart, so that damage to a digit of one id does not make another's.
    private const long Apart = 1_000_003;

    private static long _ids = 1_000_000;

    public static long NewId() => Interlocked.Increment(ref _ids) * Apart;

    /// <summary>The values by field, in the kind's order; null for one that is absent.</summary>
    public string?[] NewValues()
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            // With everything there, and instants that follow one another, the rules between fields are kept.
            var values = Values(absent: attempt < Attempts / 2 ? random.NextDouble() : 0);
            if (kind.Read(Encoding.UTF8.GetBytes(Json(values, plain: true))).IsValid)
                return values;
        }
        throw new InvalidOperationException($"No valid record of {kind} in {Attempts} attempts.");
    }

    public Record Read(string?[] values) => kind.Read(Encoding.UTF8.GetBytes(Json(values, plain: true))).Record!;

    /// <summary>As JSON: as the kind itself would write it, or in any other order, case and form.</summary>
    public string Json(string?[] values, bool plain = false)
    {
        var fields = Enumerable.Range(0, values.Length).Where(i => values[i] is not null || (!plain && random.Next(4) == 0)).ToArray();
        if (!plain)
            random.Shuffle(fields);
        var between = plain ? "," : Space() + "," + Space();
        return "{" + string.Join(between, fields.Select(i => $"{Name(i, plain)}:{Value(i, values[i], plain)}")) + "}";
    }

    /// <summary>As CSV with a header, its columns in any order.</summary>
    public string Csv(IReadOnlyList<string?[]> rows)
    {
        var columns = Enumerable.Range(0, kind.Fields.Count).ToArray();
        random.Shuffle(columns);
        var end = random.Next(2) == 0 ? "\n" : "\r\n";
        var csv = new StringBuilder().AppendJoin(',', columns.Select(i => Cased(kind.Fields[i].Name))).Append(end);
        foreach (var row in rows)
            csv.AppendJoin(',', columns.Select(i => Cell(i, row[i]))).Append(end);
        return csv.ToString();
    }

    private string?[] Values(double absent)
    {
        var instant = new DateTime(random.Next(1, 9990), random.Next(1, 13), random.Next(1, 28), 0, 0, 0, DateTimeKind.Utc);
        return [.. kind.Fields.Select((field, i) =>
        {
            instant = instant.AddTicks(random.Next(3) switch
            {
                0 => 0,
                1 => random.Next(600) * TimeSpan.TicksPerMinute,
                _ => random.NextInt64(TimeSpan.TicksPerHour) / TimeSpan.TicksPerMicrosecond * TimeSpan.TicksPerMicrosecond,
            });
            return i == 0 ? Text(NewId()) : !field.Required && random.NextDouble() < absent ? null : ValueOf(field, instant);
        })];
    }

    private string ValueOf(Field field, DateTime instant) => field.Type switch
    {
        FieldType.Whole32 => Text(Whole(field, int.MinValue, int.MaxValue)),
        FieldType.Whole64 => Text(Whole(field, long.MinValue, long.MaxValue)),
        FieldType.Number => Number(field),
        FieldType.Flag => random.Next(2) == 0 ? "true" : "false",
        FieldType.Instant => instant.ToString("yyyy-MM-ddTHH:mm:ss.FFFFFFK", CultureInfo.InvariantCulture),
        FieldType.Choice => field.Choices[random.Next(field.Choices.Count)],
        _ => field.Pattern is null
            ? new string((char)random.Next('a', 'z'), random.Next(1, field.MaxLength ?? 10))
            : (string)Sample[field.Name]!,
    };

    private JsonObject Sample => JsonNode.Parse(Encoding.UTF8.GetString(Canonical(kind, kind.Sample)))!.AsObject();

    public static byte[] Canonical(Kind kind, Record record)
    {
        var json = new System.Buffers.ArrayBufferWriter<byte>();
        kind.WriteJson(record, json);
        return json.WrittenSpan.ToArray();
    }

    private long Whole(Field field, long least, long most)
    {
        least = (long)(field.Minimum ?? least);
        most = field.Maximum is { } maximum ? (long)maximum : most;
        return random.Next(4) switch
        {
            0 => least,
            1 => most,
            2 when least <= 1
            && most > 1000 => random.Next(1, 1000),
            _ => random.NextInt64(least, most)
        };
    }

    private string Number(Field field)
    {
        var (least, most) = (field.Minimum ?? -1e300, field.Maximum ?? 1e300);
        var number = random.Next(5) switch
        {
            0 => least,
            1 => most,
            2 => Math.Clamp(double.Epsilon, least, most),
            _ => least + (random.NextDouble() * (most - least)),
        };
        return number.ToString("R", CultureInfo.InvariantCulture);
    }

    private string Name(int field, bool plain)
    {
        var name = Cased(kind.Fields[field].Name, plain);
        return plain || random.Next(10) != 0 ? $"\"{name}\"" : $"\"\\u{(int)name[0]:x4}{name[1..]}\"";
    }

    private string Value(int field, string? value, bool plain)
    {
        var type = kind.Fields[field].Type;
        if (value is null)
            return random.Next(3) switch { 0 => "null", 1 => "\"NULL\"", _ => "\"\"" };
        var text = plain ? value : Spelled(type, value);
        var literal = type is FieldType.Whole32 or FieldType.Whole64 or FieldType.Number
            || (type == FieldType.Flag && text is "true" or "false" or "0" or "1");
        return literal && (plain || random.Next(4) != 0) ? text : $"\"{text}\"";
    }

    private string Cell(int field, string? value)
    {
        var text = value is null ? random.Next(2) == 0 ? "NULL" : "" : Spelled(kind.Fields[field].Type, value);
        return random.Next(3) == 0 ? $"\"{text}\"" : text;
    }

    /// <summary>The same value as the export, or somebody else, might write it.</summary>
    private string Spelled(FieldType type, string value) => type switch
    {
        _ when random.Next(2) == 0 => value,
        FieldType.Flag => value == "true" ? "1" : "0",
        FieldType.Choice => Cased(value),
        FieldType.Whole32 => value + ".0",
        FieldType.Instant when value.Length == 20 && value.EndsWith(":00Z", StringComparison.Ordinal) => Exported(value),
        FieldType.Instant => value.Replace("Z", "+00:00", StringComparison.Ordinal),
        _ => value,
    };

    // What is no instant, because it was damaged, stays as it is.
    private static string Exported(string iso) =>
        DateTimeOffset.TryParse(iso, CultureInfo.InvariantCulture, DateTimeStyles.None, out var instant)
        ? instant.ToString("M'/'d'/'yyyy H':'mm", CultureInfo.InvariantCulture) : iso;

    private string Cased(string name, bool plain = false) =>
        plain || random.Next(2) == 0 ? name : string.Concat(name.Select(c => random.Next(2) == 0 ? char.ToUpperInvariant(c) : c));

    private string Space() => random.Next(5) switch { 0 => " ", 1 => "\t", _ => "" };

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
