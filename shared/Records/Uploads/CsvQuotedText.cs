namespace RideIngest.Records.Uploads;

/// <summary>
/// Scans text from inside a quoted cell to the end of its row, and counts commas and broken cells. The text may come in pieces.
/// </summary>
internal struct CsvQuotedText
{
    private State _state;

    private enum State
    {
        Quoted,
        Closed,
        Return,
        CellStart,
        Unquoted,
    }

    /// <summary>The number of commas between cells.</summary>
    internal long Commas { get; private set; }

    /// <summary>The number of quoted cells that continue after their closing quote.</summary>
    internal long Broken { get; private set; }

    internal readonly bool IsQuoted => _state == State.Quoted;

    /// <summary>Finds the line end that ends the row; −1 if it is not in this piece.</summary>
    internal int FindRowEnd(ReadOnlySpan<byte> piece)
    {
        for (var i = 0; i < piece.Length; i++)
        {
            var next = _state switch
            {
                State.Quoted => piece[i..].IndexOf((byte)'"'),
                State.Unquoted => piece[i..].IndexOfAny((byte)',', (byte)'\n'),
                _ => 0,
            };
            if (next < 0)
                return -1;
            i += next;
            if (piece[i] == '\n')
                return i;
            Take(piece[i]);
        }
        return -1;
    }

    internal void Subtract(in CsvQuotedText other)
    {
        Commas -= other.Commas;
        Broken -= other.Broken;
    }

    private void Take(byte b)
    {
        if (b == ',')
            Commas++;

        // A carriage return belongs to a line end; only as part of one may it follow a closing quote.
        if (_state == State.Return || (_state == State.Closed && b is not ((byte)',' or (byte)'"' or (byte)'\r')))
            Broken++;
        _state = (_state, b) switch
        {
            (State.Quoted, _) => State.Closed,
            (State.Closed or State.CellStart, (byte)'"') => State.Quoted,
            (_, (byte)',') => State.CellStart,
            (State.Closed, (byte)'\r') => State.Return,
            _ => State.Unquoted,
        };
    }
}
