namespace RideIngest.Records.Kinds;

/// <summary>Makes a record from cells that come one at a time, as in CSV.</summary>
internal abstract class RowParser
{
    /// <summary>Begins the next record.</summary>
    internal abstract void Begin();

    internal abstract void Cell(int field, ReadOnlySpan<byte> text);

    /// <summary>Ends the record; <paramref name="malformed"/> tells what is wrong with the row itself.</summary>
    internal abstract Reading End(string? malformed);
}
