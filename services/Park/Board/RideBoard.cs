using System.Diagnostics;
using Dapper;
using Npgsql;
using RideIngest.Hosting.Retries;
using RideIngest.Park.Commits;
using RideIngest.Park.Folds;
using RideIngest.Park.Telemetry;
using RideIngest.Storage.Postgres;

namespace RideIngest.Park.Board;

/// <summary>
/// Keeps the states of all rides in memory. It reads new versions when NATS announces one, and at least once a second. While Postgres is
/// away, <see cref="StaleSince"/> says how old the states are.
/// </summary>
internal sealed partial class RideBoard : BackgroundService
{
    // The mark first: what commits between the two is then read again.
    private const string Heads =
        """
        select pg_snapshot_xmin(pg_current_snapshot())::text::bigint as Mark, clock_timestamp() as Now;
        select id, version, changed_in::text::bigint as ChangedIn from park.rides
        """;

    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    // A refresh takes milliseconds, unless Postgres is busy.
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(3);

    private readonly NpgsqlDataSource _database;
    private readonly ParkMemory _memory;
    private readonly ParkClock _clock;
    private readonly ILogger _logger;
    private readonly Repeats _failures = new();
    private readonly SemaphoreSlim _changed = new(0, 1);
    private readonly TaskCompletionSource _loaded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile BoardMark? _mark;
    private readonly Lock _gate = new();
    private ActivityContext _cause;
    private volatile Activity? _span;
    private volatile TaskCompletionSource _refreshed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public RideBoard(NpgsqlDataSource database, ParkMemory memory, CommitNews news, ParkClock clock, ILogger<RideBoard> logger)
    {
        (_database, _memory, _clock, _logger) = (database, memory, clock, logger);
        news.Tell(rideChanged: Wake);
    }

    /// <summary>Completes when the rides have been read once.</summary>
    public Task Loaded => _loaded.Task;

    /// <summary>The span of the last refresh that a commit with a recorded trace caused.</summary>
    public Activity? Span => _span;

    /// <summary>Completes when the rides are read again.</summary>
    public Task Refreshed => _refreshed.Task;

    /// <summary>As of when the states are; null before they were read.</summary>
    public BoardMark? AsOf => _mark;

    /// <summary>Since when the states may be out of date; null if they are not.</summary>
    public DateTimeOffset? StaleSince => _mark is { } mark && _clock.Now - mark.At > Fresh ? mark.At : null;

    public IEnumerable<KeyValuePair<long, RideState>> Rides => _memory.Rides;

    /// <summary>Waits a moment for the rides to be read, if they were not since the start.</summary>
    public async Task<bool> IsLoadedAsync(CancellationToken cancellationToken)
    {
        if (_mark is null)
            await Task.WhenAny(Loaded, Task.Delay(Patience, cancellationToken));
        return _mark is not null;
    }

    public RideState? Find(long id) => _memory.Ride(id);

    public RideFigures Figures(long id, RideState ride) => RideFigures.Of(id, ride, _clock.Now, StaleSince);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var (wasTold, refresh) = (true, Task.CompletedTask);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                // Not cancelled: Npgsql would wait for a server that hangs. The next round waits for the same refresh.
                if (refresh.IsCompleted)
                    refresh = RefreshAsync(wasTold, CancellationToken.None);
                await refresh.WaitAsync(Patience, stoppingToken);
            }
            catch (Exception e) when (StoreUnavailableException.Covers(e))
            {
                // The age of the states says it.
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                // Such as an event that a newer version stored.
                if (_failures.Next(e.Message) is { } repeated)
                    NotRead(e.Message, repeated);
            }
            Interlocked.Exchange(ref _refreshed, new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
            await Task.Delay(Pause, stoppingToken);
            wasTold = await _changed.WaitAsync(Period - Pause, stoppingToken);
        }
    }

    public override void Dispose()
    {
        base.Dispose();
        _changed.Dispose();
    }

    private void Wake(ActivityContext cause)
    {
        lock (_gate)
            _cause = cause == default ? _cause : cause;
        try
        {
            if (_changed.CurrentCount == 0)
                _changed.Release();
        }
        catch (SemaphoreFullException)
        {
            // Another one woke it at the same time.
        }
    }

    private ActivityContext TakeCause()
    {
        lock (_gate)
        {
            var cause = _cause;
            _cause = default;
            return cause;
        }
    }

    /// <param name="wasTold">Whether NATS, or a commit of this process, told of a change.</param>
    private async Task RefreshAsync(bool wasTold, CancellationToken cancellationToken)
    {
        using var span = ParkTelemetry.Following("park refresh", TakeCause());
        await using var connection = await _database.OpenConnectionAsync(cancellationToken);
        var asked = _clock.Timestamp;
        using var read = await connection.QueryMultipleAsync(new(Heads, commandTimeout: 2, cancellationToken: cancellationToken));
        var (mark, now) = await read.ReadSingleAsync<(long Mark, DateTime Now)>();
        _clock.Compare(new(now), asked);
        var heads = (await read.ReadAsync<(long Id, int Version, long ChangedIn)>()).ToDictionary(head => head.Id);
        var versions = heads.ToDictionary(head => head.Key, head => head.Value.Version);
        var before = heads.Count(head => _memory.Ride(head.Key)?.Version >= head.Value.Version);
        foreach (var (id, ride) in await StateReader.RidesAsync(connection, _memory, versions, cancellationToken))
            _memory.Keep(id, ride);
        if (!wasTold && _mark is not null)
            ParkTelemetry.Healed(heads.Count - before);

        // Of a database that was restored, or lost its last commits.
        foreach (var id in _mark?.Rides.Keys.Except(heads.Keys) ?? [])
            _memory.Remove(id);
        _mark = new(mark, new(now), heads.ToDictionary(head => head.Key, head => (head.Value.Version, head.Value.ChangedIn)));
        _span = span ?? _span;
        _loaded.TrySetResult();
        ParkTelemetry.Observed(new(Stopwatch.GetTimestamp(), _memory.Rides.CountBy(ride => ride.Value.Status.Word()).ToDictionary()));
    }

    [LoggerMessage(6931, LogLevel.Error, "Rides cannot be brought up to date: {Reason}. What this process shows gets older{Repeated}")]
    private partial void NotRead(string reason, string repeated);
}

/// <summary>A state of the board.</summary>
/// <param name="Transaction">All transactions with a lower id had ended.</param>
/// <param name="Rides">The version of each ride, and the transaction that changed it last.</param>
internal sealed record BoardMark(long Transaction, DateTimeOffset At, IReadOnlyDictionary<long, (int Version, long ChangedIn)> Rides)
{
    /// <summary>The transaction that changed a ride last; greater than any if that is not known yet.</summary>
    public long ChangedIn(long id, RideState ride) =>
        Rides.TryGetValue(id, out var stored) && stored.Version >= ride.Version ? stored.ChangedIn : long.MaxValue;
}
