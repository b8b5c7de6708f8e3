namespace RideIngest.Records.Kinds;

/// <summary>Builds a record from one cell at a time, as in CSV.</summary>
internal abstract class RowParser
{
    /// <summary>Starts the next record.</summary>
    internal abstract void Begin();

    internal abstract void Cell(int field, ReadOnlySpan<byte> text);

    /// <summary>Completes the record; <paramref name="malformed"/> is a problem of the row itself.</summary>
    internal abstract Reading End(string? malformed);
}
