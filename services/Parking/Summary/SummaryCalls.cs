using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;
using Polly.Timeout;
using RideIngest.Hosting.Retries;
using RideIngest.Parking.Settings;
using RideIngest.Parking.Telemetry;

namespace RideIngest.Parking.Summary;

/// <summary>Calls the summary server with a time limit, a few retries, and a circuit breaker.</summary>
internal sealed partial class SummaryCalls
{
    // After that without a call, nobody knows whether the server still fails.
    private static readonly TimeSpan Recent = TimeSpan.FromMinutes(1);

    private readonly ISummaryServer _server;
    private readonly ILogger _logger;
    private readonly ResiliencePipeline _pipeline;
    private readonly Repeats _failures = new();
    private readonly RecentTrouble _trouble;

    public SummaryCalls(ISummaryServer server, ParkingSettings settings, TimeProvider clock, ILogger<SummaryCalls> logger)
    {
        (_server, _logger, _trouble) = (server, logger, new(clock, Recent));
        var failures = new PredicateBuilder().Handle<SummaryServerException>().Handle<TimeoutRejectedException>();
        _pipeline = new ResiliencePipelineBuilder { TimeProvider = SteadyTime.Instance }
            .AddRetry(new RetryStrategyOptions
            {
                ShouldHandle = failures,
                MaxRetryAttempts = 2,
                Delay = TimeSpan.FromMilliseconds(200),
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
            })
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions
            {
                ShouldHandle = failures,
                FailureRatio = 0.5,
                MinimumThroughput = 3,
                SamplingDuration = TimeSpan.FromSeconds(30),
                BreakDuration = TimeSpan.FromSeconds(2),
            })
            .AddTimeout(settings.Summary.Timeout)
            .Build();
        ParkingTelemetry.ObserveSummary(() => Trouble is not null);
    }

    /// <summary>Why calls fail; null if the last one succeeded, or if none failed within a minute.</summary>
    public string? Trouble => _trouble.Reason is { } reason
        ? $"The summary server {_server.Name} is unavailable: {reason}. Visits wait in the stream."
        : null;

    /// <returns>The summaries that the server refuses, by index, with the reason; or why it wrote none, as far as is known.</returns>
    public async Task<(Dictionary<int, string> Refused, string? Missing)> WriteAsync(
        ReadOnlyMemory<VehicleSummary> summaries, CancellationToken cancellationToken)
    {
        try
        {
            var refused = await _pipeline.ExecuteAsync(
                async token => await _server.WriteAsync(summaries, token), cancellationToken);
            _trouble.Works();
            if (_failures.End() > 0)
                Answers(_logger, _server.Name);
            return (refused, null);
        }
        catch (BrokenCircuitException)
        {
            return ([], Missing());
        }
        catch (Exception e) when (e is SummaryServerException or TimeoutRejectedException)
        {
            var reason = e is TimeoutRejectedException ? "no answer in time" : e.Message;
            _trouble.Failed(reason);
            if (_failures.Next(reason) is { } repeated)
                Fails(_logger, _server.Name, reason, repeated);
            return ([], Missing());
        }

        string Missing() => $"the summary server {_server.Name} is unavailable: {_trouble.Latest}";
    }

    [LoggerMessage(6633, LogLevel.Warning, "The summary server {Server} is unavailable: {Reason}. Visits wait in the stream{Repeated}")]
    private static partial void Fails(ILogger logger, string server, string reason, string repeated);

    [LoggerMessage(6634, LogLevel.Information, "The summary server {Server} is available again")]
    private static partial void Answers(ILogger logger, string server);
}
