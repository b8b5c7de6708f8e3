using System.Buffers;

namespace RideIngest.Records.Uploads;

/// <summary>The cells of one row. A quote means something only where a cell begins; elsewhere it is a character like others.</summary>
internal ref struct CsvRow(ReadOnlySpan<byte> row)
{
    private ReadOnlySpan<byte> _rest = row is [.., (byte)'\r'] ? row[..^1] : row;
    private bool _ended;

    /// <summary>Why the row cannot be told apart into cells.</summary>
    internal string? Wrong { get; private set; }

    internal bool Next(out ReadOnlySpan<byte> cell)
    {
        cell = default;
        if (_ended)
            return false;
        if (_rest is [(byte)'"', ..])
            return Quoted(out cell);
        var comma = _rest.IndexOf((byte)',');
        cell = comma < 0 ? _rest : _rest[..comma];
        _ended = comma < 0;
        _rest = _rest[(comma + 1)..];
        return true;
    }

    private bool Quoted(out ReadOnlySpan<byte> cell)
    {
        var text = _rest[1..];
        var (end, doubled) = (0, false);
        while (true)
        {
            var quote = text[end..].IndexOf((byte)'"');
            if (quote < 0)
            {
                cell = default;
                (_ended, Wrong) = (true, "has a quoted cell that does not end");
                return false;
            }
            end += quote;
            if (text[end..] is not [_, (byte)'"', ..])
                break;
            doubled = true;
            end += 2;
        }
        cell = doubled ? Undouble(text[..end]) : text[..end];
        _rest = text[(end + 1)..];
        _ended = _rest.IsEmpty;
        if (!_ended && _rest[0] != ',')
            (_ended, Wrong) = (true, "has a quoted cell that goes on after its closing quote");
        else if (!_ended)
            _rest = _rest[1..];
        return true;
    }

    private static byte[] Undouble(ReadOnlySpan<byte> quoted)
    {
        var cell = new byte[quoted.Length];
        var length = 0;
        for (var i = 0; i < quoted.Length; i++)
        {
            cell[length++] = quoted[i];
            if (quoted[i] == '"')
                i++;
        }
        return cell[..length];
    }

    /// <summary>
    /// Finds the line end that ends the row, quoted ones aside, and the first line end of all. −1: not within <paramref name="limit"/> bytes.
    /// </summary>
    internal static (long Row, long Line) FindEnd(in ReadOnlySequence<byte> buffer, int limit)
    {
        var (quoted, closed, before) = (false, -2L, (byte)',');
        var (line, passed) = (-1L, 0L);
        foreach (var segment in buffer)
        {
            var span = segment.Span;
            for (var i = 0; i < span.Length; i++)
            {
                var next = span[i..].IndexOfAny((byte)'\n', (byte)'"');
                if (next < 0)
                    break;
                i += next;
                var at = passed + i;
                if (at > limit && line >= 0)
                    return (-1, line);
                if (span[i] == '\n')
                {
                    line = line < 0 ? at : line;
                    if (!quoted)
                        return (at, line);
                }
                else if (quoted)
                    (quoted, closed) = (false, at);
                else
                    quoted = closed == at - 1 || (i > 0 ? span[i - 1] : before) == ',';
            }
            passed += span.Length;
            before = span.IsEmpty ? before : span[^1];
            if (passed > limit && line >= 0)
                break;
        }
        return (-1, line);
    }
}
