using System.Text;
using RideIngest.Records.Fields;
using RideIngest.Records.Kinds;

namespace RideIngest.Records.Uploads;

/// <summary>Maps columns to fields; −1 for an ignored column.</summary>
internal sealed class CsvHeader
{
    private CsvHeader(int[] columns) => Columns = columns;

    internal int[] Columns { get; }

    /// <summary>Reads the header, or returns all its problems.</summary>
    internal static Reading? Read(ReadOnlySpan<byte> row, Kind kind, out CsvHeader? header)
    {
        header = null;
        if (Separators(row) is { } foreign)
            return new Reading(foreign);
        var columns = new List<int>();
        var unknown = new List<string>();
        var problems = default(FieldProblems);
        var cells = new CsvRow(row);
        while (cells.Next(out var cell))
        {
            var name = cell.Trim(" \t"u8);
            var field = kind.Names.Find(name);
            if (field < 0)
                unknown.Add(Encoding.UTF8.GetString(name));
            else if (columns.Contains(field))
                problems.Add(kind.Fields[field].Name, "has two columns");
            columns.Add(field);
        }
        if (cells.Wrong is { } wrong)
            problems.Add("", $"the header {wrong}");
        if (!problems.Any && columns.TrueForAll(column => column < 0))
            return new Reading($"the first line must be a header with the names of the fields, such as {kind.Fields[0].Name}");
        FindMissing(kind, columns, unknown, ref problems);
        header = problems.Any ? null : new CsvHeader([.. columns]);
        return problems.Any ? new Reading(default(RecordId), problems.All) : null;
    }

    /// <summary>Detects wrong separators, which would otherwise look like a header without known columns.</summary>
    private static string? Separators(ReadOnlySpan<byte> row)
    {
        if (row.TrimEnd((byte)'\r').Contains((byte)'\r'))
            return "the header continues after a carriage return: lines must end in LF or CRLF";
        if (row.Contains((byte)','))
            return null;
        return row.Contains((byte)';') ? "the header has no commas: its cells seem to be separated by semicolons"
            : row.Contains((byte)'\t') ? "the header has no commas: its cells seem to be separated by tabs"
            : null;
    }

    // Ignoring a misspelled column would silently lose its value in every row.
    private static void FindMissing(Kind kind, List<int> columns, List<string> unknown, ref FieldProblems problems)
    {
        foreach (var name in unknown.Take(kind.Fields.Count))
        {
            var field = kind.Names.Nearest(name, field => columns.Contains(field));
            if (field >= 0)
                problems.Add(
                    kind.Fields[field].Name,
                    $"has no column; the column {Excerpt.Of(Encoding.UTF8.GetBytes(name))} is not a field");
        }
        for (var i = 0; i < kind.Fields.Count; i++)
        {
            if (kind.Fields[i].Required && !columns.Contains(i))
                problems.Add(kind.Fields[i].Name, "is required and has no column");
        }
    }
}
