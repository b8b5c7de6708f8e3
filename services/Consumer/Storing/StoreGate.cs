using System.Collections.Concurrent;
using System.Diagnostics;
using Npgsql;
using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;
using RideIngest.Consumer.Settings;
using RideIngest.Consumer.Telemetry;
using RideIngest.Hosting.Retries;
using RideIngest.Storage.Batches;
using RideIngest.Storage.Postgres;

namespace RideIngest.Consumer.Storing;

/// <summary>
/// Runs all writes to Postgres and reports whether records can be stored now. While Postgres is unavailable, a circuit breaker lets one
/// batch at a time retry, with pauses of at most a second.
/// </summary>
internal sealed partial class StoreGate
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ProbePatience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Slow = TimeSpan.FromSeconds(3);

    private readonly PostgresPing _ping;
    private readonly Migrations _migrations;
    private readonly TimeSpan _handBack;
    private readonly ILogger _logger;
    private readonly ResiliencePipeline _pipeline;
    private readonly ConcurrentDictionary<object, long> _underWay = new();
    private readonly Lock _gate = new();
    private TaskCompletionSource? _reopens;
    private string? _failure;
    private bool _storeFailed;
    private long _failedAt;
    private long _triedSince;
    private int _running;

    public StoreGate(PostgresPing ping, Migrations migrations, ConsumerSettings settings, ILogger<StoreGate> logger)
    {
        (_ping, _migrations, _handBack, _logger) = (ping, migrations, settings.HandBack, logger);
        _pipeline = new ResiliencePipelineBuilder { TimeProvider = SteadyTime.Instance }
            .AddRetry(new RetryStrategyOptions
            {
                ShouldHandle = args => new(IsTriedAgain(args.Outcome.Exception)),
                MaxRetryAttempts = int.MaxValue,
                Delay = FirstPause,
                MaxDelay = LongestPause,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
            })
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions
            {
                ShouldHandle = new PredicateBuilder().Handle<StoreUnavailableException>(),
                FailureRatio = 0.5,
                MinimumThroughput = 2,
                SamplingDuration = TimeSpan.FromSeconds(2),
                BreakDuration = LongestPause / 2,
            })
            .Build();
    }

    /// <summary>The time for which all attempts have failed since Postgres last answered.</summary>
    public TimeSpan AwayFor
    {
        get
        {
            lock (_gate)
                return _failure is null ? TimeSpan.Zero : Stopwatch.GetElapsedTime(_triedSince);
        }
    }

    /// <summary>The reason why records cannot be stored now, for people; null while they can.</summary>
    public string? Trouble =>
        Volatile.Read(ref _failure)
        ?? (_migrations.Applied.IsCompletedSuccessfully ? null : "Migrations are not applied to Postgres yet")
        ?? (_underWay.Values.Any(since => Stopwatch.GetElapsedTime(since) > Slow)
            ? $"Postgres has not answered for {Slow.TotalSeconds} s"
            : null);

    /// <summary>Whether to take frames.</summary>
    public bool IsOpen
    {
        get
        {
            lock (_gate)
                return _reopens is null && _migrations.Applied.IsCompletedSuccessfully;
        }
    }

    /// <summary>Completes when records can be stored, or when only an attempt can show whether they can.</summary>
    public async Task OpenAsync(CancellationToken cancellationToken)
    {
        await _migrations.Applied.WaitAsync(cancellationToken);
        Task reopens;
        lock (_gate)
            reopens = _reopens?.Task ?? Task.CompletedTask;
        await reopens.WaitAsync(cancellationToken);
    }

    /// <summary>Whether an error means that Postgres is unavailable, and not that the work is faulty.</summary>
    public static bool IsAway(Exception? e) => e is StoreUnavailableException or BrokenCircuitException;

    /// <summary>Retries until the store succeeds, Postgres has been unavailable for too long, or the token is cancelled.</summary>
    public async Task<T> RunAsync<T>(Func<CancellationToken, Task<T>> store, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _running);
        try
        {
            if (Volatile.Read(ref _failure) is null)
            {
                try
                {
                    return await AttemptAsync(store, cancellationToken);
                }
                catch (Exception e) when (IsTriedAgain(e))
                {
                    // The pipeline takes over. It is skipped while all is well, because for a small batch it would cost as much as the
                    // rows.
                }
            }
            return await _pipeline.ExecuteAsync(
                static async (work, token) => await work.Gate.AttemptAsync(work.Store, token), (Gate: this, Store: store),
                cancellationToken);
        }
        finally
        {
            Interlocked.Decrement(ref _running);
        }
    }

    /// <summary>Checks whether Postgres answers, unless a running batch will show it.</summary>
    public async Task ProbeAsync(CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _running) > 0)
            return;
        try
        {
            await _ping.AskAsync(ProbePatience, cancellationToken);
            Answered();
        }
        catch (TimeoutException)
        {
            Failed($"Postgres has not answered for {ProbePatience.TotalSeconds} s", inStore: false);
        }
        catch (Exception e) when (e is NpgsqlException or IOException)
        {
            Failed((e as PostgresException)?.MessageText ?? e.Message, inStore: false);
        }
    }

    private bool IsTriedAgain(Exception? e) => IsAway(e) && AwayFor < _handBack;

    private async Task<T> AttemptAsync<T>(Func<CancellationToken, Task<T>> store, CancellationToken cancellationToken)
    {
        var key = new object();
        _underWay[key] = Stopwatch.GetTimestamp();
        try
        {
            var result = await store(cancellationToken);
            Worked();
            return result;
        }
        catch (StoreUnavailableException e)
        {
            ConsumerTelemetry.StoreFailed();
            Failed(e.Message, inStore: e.SqlState is { } state && !IsToldByPing(state));
            throw;
        }
        finally
        {
            _underWay.TryRemove(key, out _);
        }
    }

    // In these states Postgres would not answer a ping either: unreachable, login refused, too many connections, shutting down.
    private static bool IsToldByPing(string state) =>
        state[..2] is "08" or "28" or "3D" || state[..3] == "57P" || state == PostgresErrorCodes.TooManyConnections;

    /// <summary>
    /// Records that Postgres answers a ping. After a failed store that proves little, so frames are taken again to try a store.
    /// </summary>
    private void Answered()
    {
        lock (_gate)
        {
            if (!_storeFailed)
            {
                Worked();
                return;
            }
            _triedSince = Stopwatch.GetTimestamp();
            _reopens?.SetResult();
            _reopens = null;
        }
    }

    private void Worked()
    {
        if (Volatile.Read(ref _failure) is null)
            return;
        lock (_gate)
        {
            if (_failure is null)
                return;
            StoresAgain(Math.Round(Stopwatch.GetElapsedTime(_failedAt).TotalSeconds, 1));
            _failure = null;
            _storeFailed = false;
            _reopens?.SetResult();
            _reopens = null;
        }
    }

    private void Failed(string reason, bool inStore)
    {
        lock (_gate)
        {
            if (_failure is null)
            {
                CannotStore(reason);
                _failedAt = _triedSince = Stopwatch.GetTimestamp();
            }
            _failure = reason;
            _storeFailed |= inStore;
            _reopens ??= new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    [LoggerMessage(4201, LogLevel.Warning,
        "Postgres cannot store: {Reason}. Keeping frames in hand, taking no more, and retrying until it can")]
    private partial void CannotStore(string reason);

    [LoggerMessage(4202, LogLevel.Information, "Postgres can store again after {Seconds} s")]
    private partial void StoresAgain(double seconds);
}
