using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;
using Polly.Timeout;
using RideIngest.Casino.Telemetry;
using RideIngest.Hosting.Retries;

namespace RideIngest.Casino.Enrich;

/// <summary>
/// Fetches exchange rates when an event needs them and caches them for at most a minute. They are refreshed in the background after half of
/// that, so that events wait only while the API fails. Without current rates, no amount is converted.
/// </summary>
internal sealed partial class ExchangeRates : IDisposable
{
    private static readonly TimeSpan Oldest = TimeSpan.FromMinutes(1);

    private readonly RatesApi _api;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly ResiliencePipeline _pipeline;
    private readonly CircuitBreakerStateProvider _breaker = new();
    private readonly CancellationTokenSource _disposed = new();
    private readonly Lock _gate = new();
    private readonly RecentTrouble _trouble;
    private Kept? _kept;
    private Task<Kept>? _asking;

    public ExchangeRates(RatesApi api, TimeProvider clock, ILogger<ExchangeRates> logger)
    {
        (_api, _clock, _logger, _trouble) = (api, clock, logger, new(clock, Oldest));
        _pipeline = new ResiliencePipelineBuilder { TimeProvider = SteadyTime.Instance }
            .AddRetry(new RetryStrategyOptions
            {
                ShouldHandle = new PredicateBuilder().Handle<RatesException>().Handle<TimeoutRejectedException>(),
                MaxRetryAttempts = 2,
                Delay = TimeSpan.FromMilliseconds(200),
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
            })
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions
            {
                ShouldHandle = new PredicateBuilder().Handle<RatesException>().Handle<TimeoutRejectedException>(),
                FailureRatio = 0.5,
                MinimumThroughput = 3,
                SamplingDuration = TimeSpan.FromSeconds(30),
                BreakDuration = TimeSpan.FromSeconds(2),
                StateProvider = _breaker,
            })
            .AddTimeout(TimeSpan.FromSeconds(2))
            .Build();
        CasinoTelemetry.Observe(() => Trouble is not null);
    }

    /// <summary>
    /// Why requests fail; null if the last one succeeded, or if none failed within a minute, because none are made while no event needs
    /// a rate.
    /// </summary>
    public string? Trouble => _trouble.Reason is { } reason
        ? $"Exchange rates from {_api.Url} are unavailable: {reason}. Events that need rates wait in the stream."
        : null;

    /// <summary>Returns rates that are at most a minute old, or the reason why there are none.</summary>
    public async ValueTask<(IReadOnlyDictionary<string, decimal>? Rates, string? Missing)> GetAsync(CancellationToken cancellationToken)
    {
        Task<Kept> asking;
        lock (_gate)
        {
            var age = _kept is null ? TimeSpan.MaxValue : _clock.GetElapsedTime(_kept.AskedAt);
            if (age < Oldest / 2)
                return (_kept!.Rates, null);
            if (_asking is null or { IsCompleted: true } && !(age < Oldest && _breaker.CircuitState == CircuitState.Open))
                _asking = Task.Run(AskAsync, CancellationToken.None);
            if (age < Oldest)
                return (_kept!.Rates, null);
            asking = _asking!;
        }
        try
        {
            return ((await asking.WaitAsync(cancellationToken)).Rates, null);
        }
        catch (Exception e) when (e is RatesException or TimeoutRejectedException or BrokenCircuitException)
        {
            return (null, $"there are no exchange rates of the last minute: {_trouble.Latest}");
        }
    }

    public void Dispose()
    {
        _disposed.Cancel();
        _disposed.Dispose();
    }

    private async Task<Kept> AskAsync()
    {
        try
        {
            var kept = await _pipeline.ExecuteAsync(async token =>
            {
                // The age counts from the request, because the age of the API's answer is unknown.
                var askedAt = _clock.GetTimestamp();
                return new Kept(await _api.GetAsync(token), askedAt);
            }, _disposed.Token);
            lock (_gate)
                _kept = kept;
            if (_trouble.Works())
                Answers();
            return kept;
        }
        catch (Exception e) when (e is RatesException or TimeoutRejectedException)
        {
            var reason = e is TimeoutRejectedException ? "no answer in time" : e.Message;
            if (_trouble.Failed(reason))
                Fails(_api.Url, reason);
            throw;
        }
    }

    private sealed record Kept(IReadOnlyDictionary<string, decimal> Rates, long AskedAt);

    [LoggerMessage(6301, LogLevel.Warning,
        "Exchange rates from {Url} are unavailable: {Reason}. Using rates up to a minute old; after that, events that need rates wait")]
    private partial void Fails(string url, string reason);

    [LoggerMessage(6302, LogLevel.Information, "Exchange rates are available again")]
    private partial void Answers();
}
