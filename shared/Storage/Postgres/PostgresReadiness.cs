using Npgsql;
using RideIngest.Hosting.Health;

namespace RideIngest.Storage.Postgres;

internal sealed class PostgresReadiness(NpgsqlDataSource database, PostgresPing ping, Migrations migrations) : IReadinessCheck
{
    public string Name => "postgres";

    public async ValueTask<string?> MissingAsync(CancellationToken cancellationToken)
    {
        if (!migrations.Needed)
            return null;
        try
        {
            await ping.AskAsync(Timeout.InfiniteTimeSpan, cancellationToken);
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException)
        {
            return Advice(database, e);
        }

        return migrations.Applied.IsCompletedSuccessfully
            ? null
            : "Postgres answers, but migrations are not applied yet. They are retried; the log shows failures.";
    }

    /// <summary>An operator's next step for a failure to connect.</summary>
    internal static string Advice(NpgsqlDataSource database, Exception failure)
    {
        var connection = new NpgsqlConnectionStringBuilder(database.ConnectionString);
        var place = $"{connection.Host}:{connection.Port}";
        return failure switch
        {
            PostgresException { SqlState: PostgresErrorCodes.InvalidCatalogName } =>
                $"Postgres at {place} has no database {connection.Database}. Create it (createdb {connection.Database}), or set "
                    + "postgres.database.",
            PostgresException { SqlState: PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification } =>
                $"Postgres at {place} does not let {connection.Username} in. Set postgres.username and postgres.password (or "
                    + "password_file).",
            PostgresException { SqlState: PostgresErrorCodes.CannotConnectNow } =>
                $"Postgres at {place} is starting up or shutting down.",
            PostgresException e => $"Postgres at {place} refuses: {e.MessageText} ({e.SqlState}).",
            _ => $"No Postgres answers at {place}. Start it (on Debian: systemctl start postgresql), or set postgres.url to one that runs.",
        };
    }
}
