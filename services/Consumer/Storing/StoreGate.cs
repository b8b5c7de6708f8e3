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
    private static readonly TimeSpan Usual = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Slow = TimeSpan.FromSeconds(3);

    private readonly PostgresPing _ping;
    private readonly Migrations _migrations;
    private readonly TimeSpan _handBack;
    private readonly ILogger _logger;
    private readonly ResiliencePipeline _pipeline;
    private readonly StoresUnderWay _underWay = new();
    private readonly Lock _gate = new();
    private TaskCompletionSource? _reopens;
    private string? _failure;
    private bool _storeFailed;
    private bool _slow;
    private long _answeredAt;
    private long _workedAt;
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
        ?? Unmigrated
        ?? (_underWay.Exceed(Slow) ? SlowReason : null);

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

    /// <summary>Checks whether Postgres answers, unless a running batch will show it in its usual time.</summary>
    public async Task ProbeAsync(CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _running) == 0 || _underWay.Exceed(Usual))
        {
            var asked = Stopwatch.GetTimestamp();
            try
            {
                await _ping.AskAsync(ProbePatience, cancellationToken);
                Volatile.Write(ref _answeredAt, Stopwatch.GetTimestamp());
                Answered();
            }
            catch (Exception e) when (e is NpgsqlException or TimeoutException or IOException)
            {
                // A ping that a hanging Postgres was asked may fail after the first batch is stored again.
                if (Volatile.Read(ref _workedAt) < asked)
                {
                    Volatile.Write(ref _answeredAt, 0);
                    Failed(_ping.Describe(e), inStore: false, asked);
                }
            }
        }
        Observe();
    }

    private string? Unmigrated => _migrations.Applied.IsCompletedSuccessfully
        ? null
        : _migrations.Trouble is { } trouble ? $"Migrations are not applied to Postgres yet: {trouble}"
        : "Migrations are not applied to Postgres yet";

    private static string SlowReason => $"Postgres has not stored a batch within {Slow.TotalSeconds} s. A lock or an overload may delay it";

    private bool IsTriedAgain(Exception? e) => IsAway(e) && AwayFor < _handBack;

    private async Task<T> AttemptAsync<T>(Func<CancellationToken, Task<T>> store, CancellationToken cancellationToken)
    {
        var attempt = _underWay.Begin();
        var begun = Stopwatch.GetTimestamp();
        try
        {
            var result = await store(cancellationToken);
            _underWay.Succeed();
            Worked();
            return result;
        }
        catch (StoreUnavailableException e)
        {
            ConsumerTelemetry.StoreFailed();
            if (PostgresFailure.IsTimeout(e) && Volatile.Read(ref _answeredAt) > begun)
                Failed(SlowReason, inStore: true, begun);
            else
                Failed(e.Message, inStore: e.SqlState is { } state && !IsToldByPing(state), begun);
            throw;
        }
        finally
        {
            _underWay.End(attempt);
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
            if (Unmigrated is { } unmigrated)
            {
                // Nothing can be stored before, so the outage goes on.
                if (_failure is not null)
                    _failure = unmigrated;
                return;
            }
            if (!_storeFailed)
            {
                Worked();
                return;
            }

            // Postgres may answer while batches wait for a lock: they are returned when their time is over.
            if (_underWay.Any)
                return;
            _triedSince = Stopwatch.GetTimestamp();
            _reopens?.SetResult();
            _reopens = null;
        }
    }

    /// <summary>Logs when batches begin and end to take long although Postgres answers.</summary>
    private void Observe()
    {
        lock (_gate)
        {
            var slow = _underWay.Exceed(Slow);
            if (_failure is null && slow != _slow)
            {
                if (slow)
                    StoresSlowly(SlowReason);
                else
                    StoresUsually();
            }
            _slow = slow && _failure is null;
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
            Volatile.Write(ref _workedAt, Stopwatch.GetTimestamp());
            StoresAgain(Math.Round(Stopwatch.GetElapsedTime(_failedAt).TotalSeconds, 1));
            _failure = null;
            _storeFailed = false;
            _reopens?.SetResult();
            _reopens = null;
        }
    }

    /// <param name="since">When the attempt that failed began; batches that wait now may have begun earlier.</param>
    private void Failed(string reason, bool inStore, long since)
    {
        lock (_gate)
        {
            if (_failure is null)
            {
                CannotStore(reason);
                _failedAt = _underWay.Since ?? since;
                _triedSince = Stopwatch.GetTimestamp();
            }
            _failure = reason;
            _storeFailed |= inStore;
            _reopens ??= new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    [LoggerMessage(4201, LogLevel.Warning,
        "Records cannot be stored: {Reason}. Keeping frames in hand, taking no more, and retrying until they can")]
    private partial void CannotStore(string reason);

    [LoggerMessage(4202, LogLevel.Information, "Records can be stored again, after {Seconds} s in which none could")]
    private partial void StoresAgain(double seconds);

    [LoggerMessage(4203, LogLevel.Warning, "{Reason}. Producers are told that this consumer cannot store until it has")]
    private partial void StoresSlowly(string reason);

    [LoggerMessage(4204, LogLevel.Information, "The batch that Postgres was slow to store is settled")]
    private partial void StoresUsually();
}
