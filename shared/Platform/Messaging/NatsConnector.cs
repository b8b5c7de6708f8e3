using System.Diagnostics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using NATS.Client.Core;
using Polly;
using Polly.Retry;
using RideIngest.Platform.Config;

namespace RideIngest.Platform.Messaging;

/// <summary>Opens the connection when the process starts, and keeps trying: NATS may well come up later than we do.</summary>
internal sealed partial class NatsConnector(NatsConnection connection, NatsSettings settings, ILogger<NatsConnector> logger) : BackgroundService
{
    // Longer than the pause between two attempts.
    private static readonly TimeSpan Lately = TimeSpan.FromSeconds(15);

    private readonly string _shown = Redaction.Url(settings.Url);
    private volatile Failed? _failed;

    /// <summary>Why the latest attempts did not work, as far as is known; null once one has.</summary>
    public string? Failure => _failed is { } failed && Stopwatch.GetElapsedTime(failed.At) < Lately ? failed.Reason : null;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        connection.ConnectionOpened += (_, _) =>
        {
            // Each time: an operator who has read that the connection was lost looks for this line.
            _failed = null;
            Connected(connection.ServerInfo?.Version, _shown);
            return default;
        };
        connection.ServerError += (_, refused) =>
        {
            _failed = new Failed(refused?.Error, Stopwatch.GetTimestamp());
            return default;
        };
        await Persistently().ExecuteAsync(async stop => await connection.ConnectAsync().AsTask().WaitAsync(stop), stoppingToken);
    }

    private ResiliencePipeline Persistently() => new ResiliencePipelineBuilder()
        .AddRetry(new RetryStrategyOptions
        {
            ShouldHandle = new PredicateBuilder().Handle<NatsException>(),
            MaxRetryAttempts = int.MaxValue,
            BackoffType = DelayBackoffType.Exponential,
            Delay = TimeSpan.FromMilliseconds(200),
            MaxDelay = TimeSpan.FromSeconds(5),
            OnRetry = attempt =>
            {
                var trouble = attempt.Outcome.Exception!;
                _failed = new Failed(trouble.ToString(), Stopwatch.GetTimestamp());
                NotYet(NatsReadiness.Advice(_shown, trouble.ToString()), trouble.GetBaseException().Message);
                return default;
            },
        })
        .Build();

    [LoggerMessage(1201, LogLevel.Information, "Connected to NATS {Version} at {Url}")]
    private partial void Connected(string? version, string url);

    [LoggerMessage(1202, LogLevel.Warning, "There is no connection to NATS yet. {Advice} Trying again until it works ({Reason})")]
    private partial void NotYet(string advice, string reason);

    private sealed record Failed(string? Reason, long At);
}
