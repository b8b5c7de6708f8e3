using Npgsql;

namespace RideIngest.Storage.Batches;

/// <summary>
/// The store cannot take records now, whatever they are: Postgres is away, full, read-only, too busy, or lacks the table. Nothing is known
/// about the batch's records, some of which may have been committed; storing them again, later, is right and safe.
/// </summary>
public sealed class StoreUnavailableException : Exception
{
    public StoreUnavailableException(Exception cause)
        : base((cause as PostgresException)?.MessageText ?? cause.Message, cause) => SqlState = (cause as PostgresException)?.SqlState;

    /// <summary>Postgres' own word, if the failure was not that it could not be reached.</summary>
    public string? SqlState { get; }
}
