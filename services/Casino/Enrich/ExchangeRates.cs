using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;
using Polly.Timeout;
using RideIngest.Hosting.Retries;

namespace RideIngest.Casino.Enrich;

/// <summary>
/// What one EUR costs, asked for when an event needs it and kept for a minute at most. Asked again after half of that, beside the work, so
/// that events wait only if the API stays away. Rates are never made up: without them nothing is priced.
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
    private Kept? _kept;
    private Task<Kept>? _asking;
    private string? _trouble;

    public ExchangeRates(RatesApi api, TimeProvider clock, ILogger<ExchangeRates> logger)
    {
        (_api, _clock, _logger) = (api, clock, logger);
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
    }

    /// <summary>Rates of the last minute, by currency; or why there are none.</summary>
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
            return (null, $"there are no exchange rates of the last minute: {_trouble}");
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
                // As old as the question: how long the API has had its answer is not known.
                var askedAt = _clock.GetTimestamp();
                return new Kept(await _api.GetAsync(token), askedAt);
            }, _disposed.Token);
            lock (_gate)
                _kept = kept;
            if (Interlocked.Exchange(ref _trouble, null) is not null)
                Answers();
            return kept;
        }
        catch (Exception e) when (e is RatesException or TimeoutRejectedException)
        {
            var reason = e is TimeoutRejectedException ? "no answer in time" : e.Message;
            if (Interlocked.Exchange(ref _trouble, reason) is null)
                Fails(_api.Url, reason);
            throw;
        }
    }

    private sealed record Kept(IReadOnlyDictionary<string, decimal> Rates, long AskedAt);

    [LoggerMessage(6301, LogLevel.Warning,
        "Exchange rates cannot be had from {Url}: {Reason}. Those of the last minute are used; after that, events that need them wait")]
    private partial void Fails(string url, string reason);

    [LoggerMessage(6302, LogLevel.Information, "Exchange rates are to be had again")]
    private partial void Answers();
}
