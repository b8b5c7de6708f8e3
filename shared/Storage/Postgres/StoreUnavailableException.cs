using Npgsql;

namespace RideIngest.Storage.Postgres;

/// <summary>
/// Postgres cannot store any records now: it is unreachable, full, read-only, overloaded, or lacks the table. The outcome of the batch is
/// unknown and parts may be committed; storing it again later is safe.
/// </summary>
public sealed class StoreUnavailableException : Exception
{
    /// <param name="message">Without a full stop; see <see cref="PostgresFailure"/>.</param>
    public StoreUnavailableException(string message, Exception cause)
        : base(message, cause) => SqlState = (cause as PostgresException)?.SqlState;

    internal StoreUnavailableException(NpgsqlDataSource database, TableRights needed, Exception cause)
        : this(PostgresFailure.Describe(database, cause, needed), cause)
    {
    }

    /// <summary>Whether an exception is a failure of the server or the connection, and no fault of what was to be written.</summary>
    public static bool Covers(Exception e) => e switch
    {
        PostgresException refused => !RefusedRow.Is(refused),
        StoreUnavailableException or NpgsqlException or TimeoutException => true,
        _ => false,
    };

    /// <summary>Postgres' error code; null if it could not be reached.</summary>
    public string? SqlState { get; }
}
