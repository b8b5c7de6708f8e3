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
/// Warns at start about server settings that are less durable than our answers promise. It can check only settings that clients can see,
/// which excludes NATS's <c>sync_interval</c>.
/// </summary>
public sealed partial class DurabilityNotice(
    INatsConnection nats, NpgsqlDataSource database, SpineSettings settings, ILogger<DurabilityNotice> logger)
    : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    // No log message: others log an unavailable server.
    private static readonly ResiliencePipeline Retry = Persistently.Retry(
        Pause,
        Pause,
        on: e => e is NatsException or NpgsqlException or TimeoutException or ObjectDisposedException or OperationCanceledException);

    // The first version that can sync at every publish.
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
        // Without a connection, the request would wait for one and could not be cancelled.
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
        "Stream {Stream} is kept in memory: records answered 202 are lost when nats-server stops. Recreate it with storage: file")]
    private partial void InMemory(string stream);

    [LoggerMessage(
        3002, LogLevel.Warning,
        "Stream {Stream} has one replica: records answered 202 but not stored yet are lost if that server's disk is lost. A power failure "
        + "loses those within nats-server's sync_interval, which a client cannot see (2 minutes by default; always is safe). "
        + "ingest.replicas: 3 on a cluster avoids both")]
    private partial void OneReplica(string stream);

    [LoggerMessage(
        3003, LogLevel.Warning,
        "Stream {Stream} has one replica on nats-server {Version}, which syncs to disk every 2 minutes: a power failure loses records "
        + "answered 202 within that time and not stored yet. nats-server 2.10 with sync_interval: always, or ingest.replicas: 3 on a "
        + "cluster, avoids that")]
    private partial void NeverAlways(string stream, string version);

    [LoggerMessage(3004, LogLevel.Warning,
        "Postgres has synchronous_commit = off: a crash loses records that were answered 201 shortly before. Set it to on")]
    private partial void CommitsLater();

    [LoggerMessage(3005, LogLevel.Warning,
        "Postgres has {Setting} = off: a crash of its machine may lose records that were answered 201 and corrupt the database. "
        + "Set it to on")]
    private partial void MayBeCorrupted(string setting);
}
