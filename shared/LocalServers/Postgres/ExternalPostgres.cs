using Npgsql;
using RideIngest.LocalServers.Processes;

namespace RideIngest.LocalServers.Postgres;

/// <summary>A configured Postgres, checked by connecting.</summary>
internal sealed record ExternalPostgres(string ConnectionString, string Version)
{
    public static async Task<ExternalPostgres> ReachAsync(
        string connectionString, Action<string>? progress, CancellationToken cancellationToken)
    {
        NpgsqlConnectionStringBuilder settings;
        try
        {
            settings = new NpgsqlConnectionStringBuilder(connectionString);
        }
        catch (ArgumentException e)
        {
            throw Unreachable("the connection string", e);
        }

        var place = $"{settings.Host}:{settings.Port}/{settings.Database}";
        var connection = new NpgsqlConnection(connectionString);
        await using (connection.ConfigureAwait(false))
        {
            try
            {
                await connection.OpenAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (e is NpgsqlException or ArgumentException)
            {
                throw Unreachable(place, e);
            }

            progress?.Invoke($"Using Postgres {connection.PostgreSqlVersion} on {place}");
            return new ExternalPostgres(connectionString, connection.PostgreSqlVersion.ToString());
        }
    }

    private static LocalServerException Unreachable(string place, Exception e) => new(
        $"The configured Postgres (postgres.url, RIDEINGEST__POSTGRES__URL) cannot be reached: {place}: {e.Message} "
        + "Start it or correct the connection string. If it is unset, a private server is started.", e);
}
