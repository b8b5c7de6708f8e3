using Npgsql;
using RideIngest.Hosting.Config;
using RideIngest.Hosting.Processes;
using RideIngest.LocalServers.Nats;
using RideIngest.LocalServers.Postgres;
using RideIngest.LocalServers.Processes;
using RideIngest.Standalone.Settings;
using RideIngest.Storage.Postgres;
using RideIngest.Streams.Nats;

namespace RideIngest.Standalone.Servers;

/// <summary>Private NATS and Postgres servers for this process, unless the configuration names external ones.</summary>
public sealed class PrivateServers : IAsyncDisposable
{
    private const string Database = "rideingest";

    private NatsServer? _nats;
    private PostgresServer? _postgres;

    /// <summary>The locations of their data; null for an external server.</summary>
    public string? NatsData => _nats?.Files;

    public string? PostgresData => _postgres?.Files;

    public DateTimeOffset? NatsStartedAt { get; private set; }

    /// <summary>The servers that this process started.</summary>
    internal IEnumerable<KeptServer> Kept
    {
        get
        {
            if (_nats is { } nats)
            {
                yield return new("NATS", () => nats.IsRunning, async cancellationToken =>
                {
                    await nats.RestartAsync(cancellationToken);
                    NatsStartedAt = DateTimeOffset.UtcNow;
                });
            }

            if (_postgres is { } postgres)
                yield return new("Postgres", () => postgres.IsRunning, postgres.RestartAsync);
        }
    }

    public async Task<IAsyncDisposable> StartAsync(RideIngestHost host, CancellationToken cancellationToken)
    {
        // Before slow startup work begins.
        PortProbe.EnsureFree(host.Settings.Get<HostingSettings>().Urls);
        try
        {
            var data = Path.GetFullPath(host.Settings.Get<StandaloneSettings>().Data);
            await Task.WhenAll(StartNatsAsync(host, data, cancellationToken), StartPostgresAsync(host, data, cancellationToken));
            return this;
        }
        catch (Exception e)
        {
            await DisposeAsync();
            if (e is LocalServerException)
                throw new StartupException(e.Message, e);
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_nats is null && _postgres is null)
            return;
        Say("Stopping the private servers…");
        await Task.WhenAll(
            _nats?.DisposeAsync().AsTask() ?? Task.CompletedTask,
            _postgres?.DisposeAsync().AsTask() ?? Task.CompletedTask);
        Say("Stopped.");
    }

    private async Task StartNatsAsync(RideIngestHost host, string data, CancellationToken cancellationToken)
    {
        if (host.Settings.IsSet("nats.url"))
            return;
        _nats = await NatsServer.StartAsync(new() { DataDirectory = Path.Combine(data, "nats"), Progress = Say }, cancellationToken);
        NatsStartedAt = DateTimeOffset.UtcNow;
        var settings = host.Settings.Get<NatsSettings>();
        (settings.Url, settings.Username, settings.Password) = (_nats.Address, _nats.Username, _nats.Password);
        settings.Token = settings.NkeySeed = settings.Creds = null;
    }

    private async Task StartPostgresAsync(RideIngestHost host, string data, CancellationToken cancellationToken)
    {
        if (host.Settings.IsSet("postgres.url") || host.Settings.IsSet("postgres.host"))
            return;
        _postgres = await PostgresServer.StartAsync(new()
        {
            DataDirectory = Path.Combine(data, "postgres"),
            Progress = Say,
        }, cancellationToken);
        try
        {
            await _postgres.CreateDatabaseAsync(Database, cancellationToken);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.DuplicateDatabase)
        {
            // The database exists from an earlier start.
        }

        var connection = new NpgsqlConnectionStringBuilder(_postgres.ConnectionString) { Database = Database };
        host.Settings.Get<PostgresSettings>().Url = connection.ConnectionString;
        var password = Path.Combine(data, "postgres", "password");
        Say($"PGPASSWORD=$(cat '{password}') psql -h {connection.Host} -p {connection.Port} -U {connection.Username} {Database}");
    }

    // On stderr, because stdout may carry JSON lines for machines.
    private static void Say(string line) => System.Console.Error.WriteLine($"  {line}");
}
