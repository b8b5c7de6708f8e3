namespace RideIngest.Records.Uploads;

/// <summary>Splits one row into cells. A quote is special only at the start of a cell.</summary>
internal ref struct CsvRow(ReadOnlySpan<byte> row)
{
    internal const string Unended = "has a quoted cell that does not end";
    internal const string GoesOn = "has a quoted cell that continues after its closing quote";

    private ReadOnlySpan<byte> _rest = row is [.., (byte)'\r'] ? row[..^1] : row;
    private bool _ended;

    /// <summary>Why the row cannot be split into cells.</summary>
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
                (_ended, Wrong) = (true, Unended);
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
            (_ended, Wrong) = (true, GoesOn);
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
}
