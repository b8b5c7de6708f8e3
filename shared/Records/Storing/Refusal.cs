using Npgsql;

namespace RideIngest.Records.Storing;

/// <summary>Tells a row that Postgres refuses from a server that is in trouble.</summary>
internal static class Refusal
{
    // Data exceptions, violated constraints, and what a trigger raises. But a row's binary form is ours, and its text is known to be good: if
    // Postgres cannot read these, then the table is not the one we know, and no record is to blame.
    internal static bool Is(PostgresException refused) =>
        refused.SqlState is not (PostgresErrorCodes.InvalidBinaryRepresentation
            or PostgresErrorCodes.BadCopyFileFormat or PostgresErrorCodes.CharacterNotInRepertoire)
        && refused.SqlState[..2] is "22" or "23" or "P0";
}
