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
/// Everything that goes to Postgres goes through here. While Postgres is away, it is tried again, with a pause that never exceeds a second,
/// and by one batch at a time: the breaker lets nobody else through. And this is who knows whether records can be stored now.
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

    /// <summary>For how long every attempt has failed, since Postgres answered last.</summary>
    public TimeSpan AwayFor
    {
        get
        {
            lock (_gate)
                return _failure is null ? TimeSpan.Zero : Stopwatch.GetElapsedTime(_triedSince);
        }
    }

    /// <summary>Why records cannot be stored now, for people; null while they can.</summary>
    public string? Trouble =>
        Volatile.Read(ref _failure)
        ?? (_migrations.Applied.IsCompletedSuccessfully ? null : "Postgres' tables are not up to date yet")
        ?? (_underWay.Values.Any(since => Stopwatch.GetElapsedTime(since) > Slow)
            ? $"Postgres has not answered for {Slow.TotalSeconds} s"
            : null);

    /// <summary>Whether frames are taken.</summary>
    public bool IsOpen
    {
        get
        {
            lock (_gate)
                return _reopens is null && _migrations.Applied.IsCompletedSuccessfully;
        }
    }

    /// <summary>Ends when records can be stored, or when there is no way to find out but to try.</summary>
    public async Task OpenAsync(CancellationToken cancellationToken)
    {
        await _migrations.Applied.WaitAsync(cancellationToken);
        Task reopens;
        lock (_gate)
            reopens = _reopens?.Task ?? Task.CompletedTask;
        await reopens.WaitAsync(cancellationToken);
    }

    /// <summary>Whether an error says that Postgres is away, and not that something about the work is wrong.</summary>
    public static bool IsAway(Exception? e) => e is StoreUnavailableException or BrokenCircuitException;

    /// <summary>
    /// Tries until Postgres has done it, until it has been away for so long that others should have the work, or until cancelled.
    /// </summary>
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
                    // From here on by the pipeline. While all is well there is nothing for it to do, and it would cost a small batch as
                    // much as its rows do.
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

    /// <summary>Looks whether Postgres is there, unless a batch is finding out: that knows more.</summary>
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

    // That it cannot be reached, lets nobody in, has no more connections, or stops: with these it would not answer a question either.
    private static bool IsToldByPing(string state) =>
        state[..2] is "08" or "28" or "3D" || state[..3] == "57P" || state == PostgresErrorCodes.TooManyConnections;

    /// <summary>
    /// Postgres answers. After a store that it did not do that says nothing: frames are taken once more, and their store tells.
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
        "Postgres cannot store: {Reason}. Frames in hand are kept, no more are taken, and it is tried again until it can")]
    private partial void CannotStore(string reason);

    [LoggerMessage(4202, LogLevel.Information, "Postgres stores again, after {Seconds} s")]
    private partial void StoresAgain(double seconds);
}
