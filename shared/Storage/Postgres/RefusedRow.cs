using System.Collections.Frozen;
using Npgsql;

namespace RideIngest.Storage.Postgres;

/// <summary>Distinguishes a row that Postgres refuses from a failing server.</summary>
internal static class RefusedRow
{
    // Postgres' error classes for failures of the server, session or table, independent of the row.
    private static readonly FrozenSet<string> Trouble = FrozenSet.Create(
        "08", "0A", "0B", "0F", "0L", "0P", "0Z", "20", "24", "25", "26", "28", "2B", "2D", "2F", "34", "3B", "3D", "3F", "40", "42", "53",
        "55", "57", "58", "72", "F0", "HV", "XX");

    /// <summary>
    /// Covers data exceptions, constraint violations, values too large for an index, and errors raised by triggers, which choose their own
    /// codes. The binary format and the text encoding are ours and known to be valid: if Postgres rejects those, the table differs from
    /// what we expect, and no record is at fault.
    /// </summary>
    internal static bool Is(PostgresException refused) =>
        refused.SqlState is not (PostgresErrorCodes.InvalidBinaryRepresentation
            or PostgresErrorCodes.BadCopyFileFormat or PostgresErrorCodes.CharacterNotInRepertoire)
        && !Trouble.Contains(refused.SqlState[..2]);
}
