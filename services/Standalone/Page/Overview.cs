using System.Runtime.InteropServices;
using Dapper;
using NATS.Client.Core;
using Npgsql;
using RideIngest.Hosting.Config;
using RideIngest.Hosting.Health;
using RideIngest.Hosting.Problems;
using RideIngest.Hosting.Processes;
using RideIngest.Standalone.Servers;

namespace RideIngest.Standalone.Page;

/// <summary>A server as shown on the page.</summary>
/// <param name="Data">The location of its data; null for an external server.</param>
/// <param name="Problem">The problem and what to do; null if the server is up.</param>
internal sealed record ServerLine(string Name, string? Version, string Address, TimeSpan? Up, string? Data, string? Problem);

internal sealed record OverviewReport(
    ServiceIdentity Identity, string Status, TimeSpan Up, string Runtime, string System, long Memory, IReadOnlyList<ServerLine> Servers);

/// <summary>Collects the state of the process and its servers.</summary>
internal sealed class Overview(
    Readiness readiness, NatsConnection nats, NpgsqlDataSource postgres, PrivateServers servers, ServiceIdentity identity)
{
    public async Task<OverviewReport> ReportAsync(CancellationToken cancellationToken)
    {
        var ready = await readiness.ReportAsync(cancellationToken);
        var database = ready.Missing.Any(m => m.Name == "postgres") ? null : await DatabaseAsync(cancellationToken);
        return new(
            identity,
            ready.Status,
            DateTimeOffset.UtcNow - identity.StartedAt,
            RuntimeInformation.FrameworkDescription,
            $"{RuntimeInformation.OSDescription}, {Environment.ProcessorCount} cores",
            Environment.WorkingSet,
            [
                new(
                    "NATS", nats.ServerInfo?.Version, Redaction.Url(nats.Opts.Url), DateTimeOffset.UtcNow - servers.NatsStartedAt,
                    servers.NatsData, Problem(ready, "nats")),
                new("Postgres", database?.Version, Address(), database?.Up, servers.PostgresData, Problem(ready, "postgres")),
            ]);
    }

    private static string? Problem(ReadinessReport ready, string name) => ready.Missing.FirstOrDefault(m => m.Name == name)?.Detail;

    private string Address()
    {
        var connection = new NpgsqlConnectionStringBuilder(postgres.ConnectionString);
        return $"{connection.Host}:{connection.Port}/{connection.Database}";
    }

    private async Task<DatabaseFacts?> DatabaseAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await postgres.OpenConnectionAsync(cancellationToken);
            return await connection.QuerySingleAsync<DatabaseFacts>(new CommandDefinition(
                "select split_part(current_setting('server_version'), ' ', 1) as version, now() - pg_postmaster_start_time() as up",
                cancellationToken: cancellationToken));
        }
        catch (NpgsqlException)
        {
            // The connection broke after the check; the next check will report it.
            return null;
        }
    }

    private sealed record DatabaseFacts(string Version, TimeSpan Up);
}
