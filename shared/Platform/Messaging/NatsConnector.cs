using System.Diagnostics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using NATS.Client.Core;
using RideIngest.Platform.Config;

namespace RideIngest.Platform.Messaging;

/// <summary>Opens the connection when the process starts, and keeps trying: NATS may well come up later than we do.</summary>
internal sealed partial class NatsConnector(NatsConnection connection, NatsSettings settings, ILogger<NatsConnector> logger) : BackgroundService
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    // Longer than the pause between two attempts.
    private static readonly TimeSpan Lately = TimeSpan.FromSeconds(15);

    private volatile Failed? _failed;

    /// <summary>Why the latest attempts did not work, as far as somebody said; null once one has.</summary>
    public string? Failure => _failed is { } failed && Stopwatch.GetElapsedTime(failed.At) < Lately ? failed.Reason : null;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var shown = Redaction.Url(settings.Url);
        var pause = FirstPause;
        connection.ConnectionOpened += (_, _) =>
        {
            // Each time: whoever has read that the connection was lost looks for this line.
            _failed = null;
            Connected(connection.ServerInfo?.Version, shown);
            return default;
        };
        connection.ServerError += (_, refused) =>
        {
            _failed = new Failed(refused?.Error, Stopwatch.GetTimestamp());
            return default;
        };
        while (true)
        {
            try
            {
                await connection.ConnectAsync().AsTask().WaitAsync(stoppingToken);
                return;
            }
            catch (NatsException e)
            {
                _failed = new Failed(e.ToString(), Stopwatch.GetTimestamp());
                NotYet(NatsReadiness.Advice(shown, e.ToString()), e.GetBaseException().Message);
            }

            await Task.Delay(pause, stoppingToken);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    [LoggerMessage(1201, LogLevel.Information, "Connected to NATS {Version} at {Url}")]
    private partial void Connected(string? version, string url);

    [LoggerMessage(1202, LogLevel.Warning, "There is no connection to NATS yet. {Advice} Trying again until it works ({Reason})")]
    private partial void NotYet(string advice, string reason);

    private sealed record Failed(string? Reason, long At);
}
