using System.Buffers;

namespace RideIngest.Records.Uploads;

/// <summary>
/// Finds the ends of rows whose first line leaves a quote open. All lines inside a quote are scanned from the same state, so one search
/// serves every row that begins in the searched text, and no byte is searched twice.
/// </summary>
internal sealed class CsvRowEnd
{
    private CsvQuotedText _text;
    private long _begin;
    private long _reach = -1;

    /// <summary>Whether the last search found the end of the row.</summary>
    internal bool IsFound { get; private set; }

    /// <summary>The end's offset in the upload.</summary>
    internal long Offset => _reach;

    /// <summary>The number of commas between cells after the row's first line.</summary>
    internal long Commas => _text.Commas;

    /// <summary>Whether a quoted cell after the row's first line continues after its closing quote.</summary>
    internal bool IsBroken => _text.Broken > 0;

    /// <summary>Searches the buffer for the end of the row that starts it, at <paramref name="offset"/>.</summary>
    /// <param name="line">The length of the row's first line, including its line end.</param>
    internal void Search(in ReadOnlySequence<byte> buffer, long offset, long line, bool complete)
    {
        var second = offset + line;
        if (second > _reach)
            (_text, _begin, _reach, IsFound) = (default, second, second, false);
        else
            Pass(buffer.Slice(0, line), offset);
        if (!IsFound && _reach < offset + buffer.Length)
            SearchOn(buffer.Slice(_reach - offset));
        IsFound = IsFound || (complete && !_text.IsQuoted);
    }

    /// <summary>Subtracts the counts of consumed lines at <paramref name="offset"/>, because later rows begin after them.</summary>
    internal void Pass(in ReadOnlySequence<byte> lines, long offset)
    {
        var end = offset + lines.Length;
        if (end <= _begin || end > _reach)
            return;
        var passed = default(CsvQuotedText);
        foreach (var piece in lines)
            passed.FindRowEnd(piece.Span);
        _text.Subtract(passed);
        _begin = end;
    }

    private void SearchOn(in ReadOnlySequence<byte> text)
    {
        foreach (var piece in text)
        {
            var end = _text.FindRowEnd(piece.Span);
            IsFound = end >= 0;
            _reach += IsFound ? end : piece.Length;
            if (IsFound)
                return;
        }
    }
}
