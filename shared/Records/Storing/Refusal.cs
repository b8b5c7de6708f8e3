using Npgsql;

namespace RideIngest.Records.Storing;

/// <summary>Tells a row that Postgres refuses from a server that is in trouble.</summary>
internal static class Refusal
{
    // Data exceptions, violated constraints, values that are too much for an index, and what a trigger does or raises. But a row's binary form is ours, and
    // its text is known to be good: if Postgres cannot read these, then the table is not the one we know, and no record is to blame.
    internal static bool Is(PostgresException refused) =>
        refused.SqlState is not (PostgresErrorCodes.InvalidBinaryRepresentation
            or PostgresErrorCodes.BadCopyFileFormat or PostgresErrorCodes.CharacterNotInRepertoire)
        && (refused.SqlState[..2] is "09" or "21" or "22" or "23" or "27" or "38" or "39" or "44" or "54" or "P0" || IsOwn(refused.SqlState));

    // Standard SQL leaves the classes from 5 to 9 and from I to Z to the server, and so to whoever writes a trigger. These of them are Postgres'.
    private static bool IsOwn(string state) =>
        state[0] is (>= '5' and <= '9') or (>= 'I' and <= 'Z') && state[..2] is not ("53" or "55" or "57" or "58" or "72" or "XX");
}
