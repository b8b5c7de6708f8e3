using System.Collections.Frozen;
using Npgsql;

namespace RideIngest.Storage.Batches;

/// <summary>Tells a row that Postgres refuses from a server that is in trouble.</summary>
internal static class RefusedRow
{
    // Classes of Postgres' own that say that it is the server, the session or the table that cannot: whatever the row.
    private static readonly FrozenSet<string> Trouble = FrozenSet.Create(
        "08", "0A", "0B", "0F", "0L", "0P", "0Z", "20", "24", "25", "26", "28", "2B", "2D", "2F", "34", "3B", "3D", "3F", "40", "42", "53",
        "55", "57", "58", "72", "F0", "HV", "XX");

    /// <summary>
    /// Data exceptions, violated constraints, values that are too much for an index, and whatever a trigger raises, whose codes are its
    /// own. But a row's binary form is ours, and its text is known to be good: if Postgres cannot read these, then the table is not the one
    /// we know, and no record is to blame.
    /// </summary>
    internal static bool Is(PostgresException refused) =>
        refused.SqlState is not (PostgresErrorCodes.InvalidBinaryRepresentation
            or PostgresErrorCodes.BadCopyFileFormat or PostgresErrorCodes.CharacterNotInRepertoire)
        && !Trouble.Contains(refused.SqlState[..2]);
}
