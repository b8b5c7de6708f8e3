using System.Net.Sockets;
using Npgsql;

namespace RideIngest.Storage.Postgres;

/// <summary>
/// Says what is wrong with Postgres, where, and what an operator can do. Npgsql's messages name no server, and "stream" means JetStream
/// here.
/// </summary>
public static class PostgresFailure
{
    /// <returns>One or more sentences without the last full stop.</returns>
    public static string Describe(NpgsqlDataSource database, Exception failure) => Describe(database, failure, null);

    /// <param name="needed">The rights on the table in use, for a message about a missing one.</param>
    internal static string Describe(NpgsqlDataSource database, Exception failure, TableRights? needed)
    {
        var connection = new NpgsqlConnectionStringBuilder(database.ConnectionString);
        var place = $"{connection.Host}:{connection.Port}";
        return failure switch
        {
            StoreUnavailableException => failure.Message,
            PostgresException { SqlState: PostgresErrorCodes.InvalidCatalogName } =>
                $"Postgres at {place} has no database {connection.Database}. Create it (createdb {connection.Database}), or set "
                    + "postgres.database",
            PostgresException { SqlState: PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification } =>
                $"Postgres at {place} does not let {connection.Username} in. Set postgres.username and postgres.password (or "
                    + "password_file)",
            PostgresException { SqlState: PostgresErrorCodes.CannotConnectNow } =>
                $"Postgres at {place} is starting up or shutting down",
            PostgresException { SqlState: PostgresErrorCodes.InsufficientPrivilege } e =>
                PostgresRights.Describe(connection.Username, e, needed),
            PostgresException e => $"Postgres at {place} refuses: {e.MessageText} ({e.SqlState})",
            _ when IsPoolExhausted(failure) =>
                $"All {connection.MaxPoolSize} connections of this process to Postgres at {place} are in use (postgres.max_connections)",
            _ when IsTimeout(failure) =>
                $"Postgres does not answer at {place} (database {connection.Database}). It hangs or is overloaded, or the network loses "
                    + "data",
            _ when HasCause<IOException>(failure) => $"The connection to Postgres at {place} (database {connection.Database}) was lost",
            _ when HasCause<SocketException>(failure) =>
                $"No Postgres answers at {place}. Start it (on Debian: systemctl start postgresql), or set postgres.url to one that runs",
            _ => $"Postgres at {place} cannot be used: {failure.Message}",
        };
    }

    /// <summary>Whether Postgres did not answer in time.</summary>
    public static bool IsTimeout(Exception failure) => HasCause<TimeoutException>(failure) || HasCause<OperationCanceledException>(failure);

    // Npgsql has no other mark of it, and its cause is a TimeoutException too.
    private static bool IsPoolExhausted(Exception failure) =>
        failure is NpgsqlException && failure.Message.StartsWith("The connection pool has been exhausted", StringComparison.Ordinal);

    private static bool HasCause<T>(Exception failure) where T : Exception
    {
        for (var e = failure; e is not null; e = e.InnerException)
        {
            if (e is T)
                return true;
        }
        return false;
    }
}
