using Dapper;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using NATS.Client.Core;
using NATS.Client.JetStream;
using NATS.Client.JetStream.Models;
using Npgsql;
using Polly;
using RideIngest.Hosting.Retries;

namespace RideIngest.Streams.Rides;

/// <summary>
/// Says once, at start, where the servers are set up to keep less than an answer promises. It can only say what they tell a client:
/// NATS does not tell its <c>sync_interval</c>.
/// </summary>
public sealed partial class DurabilityNotice(
    INatsConnection nats, NpgsqlDataSource database, SpineSettings settings, ILogger<DurabilityNotice> logger)
    : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    // Silent: others say that a server is not there yet.
    private static readonly ResiliencePipeline Retry = Persistently.Retry(
        Pause,
        Pause,
        on: e => e is NatsException or NpgsqlException or TimeoutException or ObjectDisposedException or OperationCanceledException);

    // The first that can be told to sync at every publish.
    private static readonly Version KnowsSyncInterval = new(2, 10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        await Task.WhenAll(
            Retry.ExecuteAsync(OfStreamAsync, stoppingToken).AsTask(),
            Retry.ExecuteAsync(OfPostgresAsync, stoppingToken).AsTask());
    }

    private async ValueTask OfStreamAsync(CancellationToken cancellationToken)
    {
        // Where there is no connection yet, a request would wait for one, and nobody can cancel that.
        if (nats.ConnectionState != NatsConnectionState.Open)
            throw new NatsException("NATS is away");
        var stream = (await new NatsJSContext(nats).GetStreamAsync(settings.Stream, cancellationToken: cancellationToken)).Info.Config;
        if (stream.Storage == StreamConfigStorage.Memory)
            InMemory(settings.Stream);
        else if (stream.NumReplicas < 2)
        {
            var version = nats.ServerInfo?.Version;
            if (Version.TryParse(version?.Split('-')[0], out var number) && number < KnowsSyncInterval)
                NeverAlways(settings.Stream, version!);
            else
                OneReplica(settings.Stream);
        }
    }

    private async ValueTask OfPostgresAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var off = await connection.QueryAsync<string>(new CommandDefinition(
            """
            select name from pg_settings
            where name in ('fsync', 'synchronous_commit', 'full_page_writes') and setting = 'off' order by name
            """,
            cancellationToken: cancellationToken));
        foreach (var setting in off)
        {
            if (setting == "synchronous_commit")
                CommitsLater();
            else
                MayBeCorrupted(setting);
        }
    }

    [LoggerMessage(3001, LogLevel.Warning,
        "Stream {Stream} is kept in memory: what was answered 202 is lost when nats-server ends. Create it anew with storage: file")]
    private partial void InMemory(string stream);

    [LoggerMessage(
        3002, LogLevel.Warning,
        "Stream {Stream} has one replica: what was answered 202 and is not stored yet is lost with that server's disk; and when "
            + "the power fails, "
        + "as much of it as nats-server's sync_interval allows, which a client cannot see (2 minutes unless it is set; always is "
        + "safe). ingest.replicas: 3 on a cluster keeps it")]
    private partial void OneReplica(string stream);

    [LoggerMessage(
        3003, LogLevel.Warning,
        "Stream {Stream} has one replica on nats-server {Version}, which syncs to disk every 2 minutes: what was answered 202 "
            + "within them and is not stored yet "
        + "is lost when the power fails. nats-server 2.10 with sync_interval: always, or ingest.replicas: 3 on a cluster, keeps it")]
    private partial void NeverAlways(string stream, string version);

    [LoggerMessage(3004, LogLevel.Warning,
        "Postgres has synchronous_commit = off: what was answered 201 in the last moments before Postgres crashes is lost. Set it to on")]
    private partial void CommitsLater();

    [LoggerMessage(3005, LogLevel.Warning,
        "Postgres has {Setting} = off: when its machine crashes, what was answered 201 may be lost and the database corrupted. "
        + "Set it to on")]
    private partial void MayBeCorrupted(string setting);
}
