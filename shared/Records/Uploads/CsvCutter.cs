using System.Buffers;
using RideIngest.Records.Kinds;

namespace RideIngest.Records.Uploads;

/// <summary>
/// Cuts CSV (RFC 4180) with a header row; columns may come in any order and case. A quoted cell may contain line ends, but if such a row is
/// invalid, only its first line is rejected, so that a forgotten quote does not swallow the following lines.
/// </summary>
internal sealed class CsvCutter(Kind kind, int longest) : UploadCutter(kind, longest)
{
    private readonly RowParser _row = kind.StartRow();
    private readonly CsvRowEnd _end = new();
    private int[]? _columns;
    private bool _skipping;

    // State of the current row: whether its first line was read, its cells, and why they cannot be separated.
    private bool _read;
    private long _cells;
    private string? _wrong;

    protected override bool Cut(ref ReadOnlySequence<byte> buffer, bool complete, out Uploaded uploaded)
    {
        uploaded = default;
        while (!buffer.IsEmpty)
        {
            var ended = FindLineEnd(buffer, out var line);
            if (_skipping || line > Longest)
            {
                // Report the problem now; drop the rest of the line as it arrives.
                var reported = _skipping;
                uploaded = reported ? default : TooLongLine(buffer);
                _skipping = !ended;
                ConsumeLine(ref buffer, line);
                if (!reported)
                    return true;
                continue;
            }
            if (!ended && !complete)
                return false;
            if (!_read && !ReadFirstLine(Join(buffer.Slice(0, line))))
            {
                ConsumeLine(ref buffer, line);
                continue;
            }
            var row = line;
            if (_wrong == CsvRow.Unended && ended && !FindRowEnd(buffer, complete, ref row))
                return false;
            if (_columns is not null)
            {
                uploaded = TakeRecord(ref buffer, line, row);
                return true;
            }
            if (CsvHeader.Read(Join(buffer.Slice(0, row)), Kind, out var header) is { } unreadable)
            {
                uploaded = End(unreadable);
                return true;
            }
            _columns = header!.Columns;
            ConsumeLine(ref buffer, row);
        }
        if (!complete || _columns is not null)
            return false;
        var names = string.Join(",", Kind.Fields.Select(f => f.Name));
        uploaded = End($"the upload is empty; a header row is expected, with the columns {names}");
        return true;
    }

    /// <summary>Takes the whole row, or only its first line if the row is invalid.</summary>
    private Uploaded TakeRecord(ref ReadOnlySequence<byte> buffer, long line, long row)
    {
        // Only a row with the right number of cells is consumed as a whole, so its bytes are never read for another row.
        if (row > line && WhatIsWrong() is null)
            ReadCells(Join(buffer.Slice(0, row)));
        var wrong = WhatIsWrong();
        var record = Record(_row.End(wrong));
        ConsumeLine(ref buffer, wrong is null ? row : line);
        return record;
    }

    private void ConsumeLine(ref ReadOnlySequence<byte> buffer, long length)
    {
        length = Math.Min(length + 1, buffer.Length);
        _end.Pass(buffer.Slice(0, length), Offset);
        Consume(ref buffer, length);
        _read = false;
    }

    private Uploaded TooLongLine(in ReadOnlySequence<byte> buffer)
    {
        if (_columns is null)
            return End($"the header {TooLongBy}");
        ReadCells(Join(buffer.Slice(0, Longest)));
        return Record(_row.End(TooLongBy)) with { IsTooLong = true };
    }

    /// <summary>Reads the first line of a row; returns false if it is blank.</summary>
    private bool ReadFirstLine(ReadOnlySpan<byte> line)
    {
        _read = line.IndexOfAnyExcept(" \t\r\n"u8) >= 0;
        if (_read)
            ReadCells(line);
        return _read;
    }

    private void ReadCells(ReadOnlySpan<byte> text)
    {
        _row.Begin();
        var columns = _columns.AsSpan();
        var cells = new CsvRow(text);
        var count = 0;
        for (; cells.Next(out var cell); count++)
        {
            if (count < columns.Length && columns[count] >= 0)
                _row.Cell(columns[count], cell);
        }
        (_cells, _wrong) = (count, cells.Wrong);
    }

    /// <summary>
    /// Finds the end of a row whose first line leaves a quote open, or keeps the first line if there is no end within the longest record.
    /// Returns false if the end may still arrive.
    /// </summary>
    private bool FindRowEnd(in ReadOnlySequence<byte> buffer, bool complete, ref long row)
    {
        _end.Search(buffer, Offset, row + 1, complete);
        if (!_end.IsFound && !complete && buffer.Length <= Longest)
            return false;
        if (!_end.IsFound || _end.Offset - Offset > Longest)
            return true;
        row = _end.Offset - Offset;
        _cells += 1 + _end.Commas;
        _wrong = _end.IsBroken ? CsvRow.GoesOn : null;
        return true;
    }

    private string? WhatIsWrong() =>
        _wrong ?? (_cells == _columns!.Length
            ? null
            : $"has {_cells} {(_cells == 1 ? "cell" : "cells")} where the header has {_columns.Length}");
}
