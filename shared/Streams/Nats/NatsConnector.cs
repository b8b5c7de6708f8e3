using System.Diagnostics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using NATS.Client.Core;
using RideIngest.Hosting.Config;
using RideIngest.Hosting.Retries;

namespace RideIngest.Streams.Nats;

/// <summary>Opens the connection at start, retrying until NATS is available, and closes it on shutdown.</summary>
internal sealed partial class NatsConnector(
    NatsConnection connection, NatsConnectionPool pool, NatsSettings settings, ILogger<NatsConnector> logger)
    : BackgroundService, IAsyncDisposable
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    // Longer than the pause between two attempts.
    private static readonly TimeSpan Lately = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan ClosesWithin = TimeSpan.FromSeconds(1);

    private readonly string _shown = Redaction.Url(settings.Url);
    private readonly Repeats _attempts = new();
    private volatile Failed? _failed;

    /// <summary>The reason why the latest attempts failed, if known; null after a successful one.</summary>
    public string? Failure => _failed is { } failed && Stopwatch.GetElapsedTime(failed.At) < Lately ? failed.Reason : null;

    /// <summary>
    /// Closes the pool before the container does. NATS.Net closes the socket first and then waits for its command timeout to unsubscribe,
    /// which throws if writes are pending.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        Dispose();
        try
        {
            await pool.DisposeAsync().AsTask().WaitAsync(ClosesWithin);
        }
        catch (Exception e) when (e is NatsException or TimeoutException)
        {
            // Unsent writes are lost. Services that need their last writes ping the server before.
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        connection.ConnectionOpened += (_, _) =>
        {
            // Logged on every connect, because operators look for this line after a lost connection.
            _failed = null;
            var attempts = _attempts.End() is > 0 and var failed ? $", after {failed} failed attempts" : "";
            Connected(connection.ServerInfo?.Version, _shown, attempts);
            return default;
        };
        connection.ReconnectFailed += (_, _) =>
        {
            var advice = NatsReadiness.Advice(_shown, Failure);
            if (_attempts.Next(advice) is { } repeated)
                Lost(advice, repeated);
            return default;
        };
        connection.ServerError += (_, refused) =>
        {
            _failed = new Failed(refused?.Error, Stopwatch.GetTimestamp());
            return default;
        };
        var persistently = Persistently.Retry(FirstPause, LongestPause, on: e => e is NatsException, waits: (trouble, _) =>
        {
            _failed = new Failed(trouble.ToString(), Stopwatch.GetTimestamp());
            var (advice, reason) = (NatsReadiness.Advice(_shown, trouble.ToString()), trouble.GetBaseException().Message);
            if (_attempts.Next(reason) is { } repeated)
                NotYet(advice, reason, repeated);
        });
        await persistently.ExecuteAsync(async stop => await connection.ConnectAsync().AsTask().WaitAsync(stop), stoppingToken);
    }

    [LoggerMessage(1201, LogLevel.Information, "Connected to NATS {Version} at {Url}{Attempts}")]
    private partial void Connected(string? version, string url, string attempts);

    [LoggerMessage(1202, LogLevel.Warning, "There is no connection to NATS yet. {Advice} Retrying until it works ({Reason}){Repeated}")]
    private partial void NotYet(string advice, string reason, string repeated);

    [LoggerMessage(1205, LogLevel.Warning, "The connection to NATS is lost. {Advice} Reconnecting until it works{Repeated}")]
    private partial void Lost(string advice, string repeated);

    private sealed record Failed(string? Reason, long At);
}
