using System.Buffers;

namespace RideIngest.Records.Uploads;

/// <summary>
/// CSV as in RFC 4180, with a header row: columns in any order, in any case. A quoted cell may hold line ends; but if such a row turns out to be
/// no good, only its first line is given up and reading goes on at the second: a forgotten quote does not swallow the lines after it.
/// </summary>
internal sealed class CsvCutter(Kind kind, int longest) : UploadCutter(kind, longest)
{
    private readonly RowParser _row = kind.StartRow();
    private CsvHeader? _header;
    private bool _skipping;

    protected override bool Cut(ref ReadOnlySequence<byte> buffer, bool complete, out Uploaded uploaded)
    {
        uploaded = default;
        while (!buffer.IsEmpty)
        {
            var (row, line) = CsvRow.FindEnd(buffer, Longest);
            var firstLine = line < 0 ? buffer.Length : line;
            if (_skipping)
            {
                // That line's outcome is out already; what is left of it is let go as it arrives.
                _skipping = line < 0;
                ConsumeLine(ref buffer, firstLine);
                continue;
            }
            if (row < 0 && !complete && buffer.Length <= Longest)
                return false;
            var length = row >= 0 && row <= Longest ? row : firstLine;
            if (length > Longest)
            {
                uploaded = _header is null
                    ? End($"the header {TooLongBy}")
                    : TooLong(Read(Join(buffer.Slice(0, Longest)), _header.Columns, out _).Id);
                _skipping = line < 0;
                ConsumeLine(ref buffer, firstLine);
                return true;
            }
            if (Take(Join(buffer.Slice(0, length)), out var broken, out uploaded))
            {
                ConsumeLine(ref buffer, broken ? firstLine : length);
                return true;
            }
            ConsumeLine(ref buffer, length);
        }
        if (!complete || _header is not null)
            return false;
        uploaded = End($"the upload is empty; a header row is expected, with the columns {string.Join(",", Kind.Fields.Select(f => f.Name))}");
        return true;
    }

    private void ConsumeLine(ref ReadOnlySequence<byte> buffer, long length) => Consume(ref buffer, Math.Min(length + 1, buffer.Length));

    /// <summary>Whether the row makes an outcome: a blank one and a good header make none.</summary>
    private bool Take(ReadOnlySpan<byte> row, out bool broken, out Uploaded uploaded)
    {
        (broken, uploaded) = (false, default);
        if (row.IndexOfAnyExcept(" \t\r\n"u8) < 0)
            return false;
        if (_header is not null)
            uploaded = Record(Read(row, _header.Columns, out broken));
        else if (CsvHeader.Read(row, Kind, out _header) is { } wrong)
            uploaded = End(wrong);
        else
            return false;
        return true;
    }

    private Reading Read(ReadOnlySpan<byte> row, int[] columns, out bool broken)
    {
        _row.Begin();
        var cells = new CsvRow(row);
        var count = 0;
        for (; cells.Next(out var cell); count++)
        {
            if (count < columns.Length && columns[count] >= 0)
                _row.Cell(columns[count], cell);
        }
        var wrong = cells.Wrong ?? (count == columns.Length ? null : $"has {count} {(count == 1 ? "cell" : "cells")} where the header has {columns.Length}");
        broken = wrong is not null;
        return _row.End(wrong);
    }
}
