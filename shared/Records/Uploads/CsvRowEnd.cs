using System.Buffers;

namespace RideIngest.Records.Uploads;

/// <summary>
/// Finds where rows end whose first line leaves a quote open. Inside a quote all lines begin alike, so one search serves every row that
/// begins in the text that it has searched: no byte is searched twice, however many lines leave a quote open.
/// </summary>
internal sealed class CsvRowEnd
{
    private CsvQuotedText _text;
    private long _begin;
    private long _reach = -1;

    /// <summary>Whether the end of the row that was searched for last is there.</summary>
    internal bool IsFound { get; private set; }

    /// <summary>Where it is in the upload.</summary>
    internal long Offset => _reach;

    /// <summary>How many commas between cells the row has after its first line.</summary>
    internal long Commas => _text.Commas;

    /// <summary>Whether a quoted cell goes on after its closing quote, from the row's second line on.</summary>
    internal bool IsBroken => _text.Broken > 0;

    /// <summary>Searches what the buffer has for the end of the row that begins with it, at <paramref name="offset"/>.</summary>
    /// <param name="line">The length of the row's first line, with its end.</param>
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

    /// <summary>Subtracts what was counted in these lines, at <paramref name="offset"/>: the rows to come begin after them.</summary>
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
