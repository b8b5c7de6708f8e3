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
    private const string Heads =
        """
        select id, version, changed_in::text::bigint as ChangedIn, pg_snapshot_xmin(pg_current_snapshot())::text::bigint as Mark
        from park.rides
        """;

    private const string Mark = "select pg_snapshot_xmin(pg_current_snapshot())::text::bigint";

    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    // A refresh takes milliseconds, unless Postgres is busy.
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(3);

    private readonly NpgsqlDataSource _database;
    private readonly ParkMemory _memory;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly Repeats _failures = new();
    private readonly SemaphoreSlim _changed = new(0, 1);
    private readonly TaskCompletionSource _loaded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile BoardMark? _mark;
    private volatile TaskCompletionSource _refreshed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public RideBoard(NpgsqlDataSource database, ParkMemory memory, CommitNews news, TimeProvider clock, ILogger<RideBoard> logger)
    {
        (_database, _memory, _clock, _logger) = (database, memory, clock, logger);
        news.Tell(rideChanged: Wake);
    }

    /// <summary>Completes when the rides have been read once.</summary>
    public Task Loaded => _loaded.Task;

    /// <summary>Completes when the rides are read again.</summary>
    public Task Refreshed => _refreshed.Task;

    /// <summary>As of when the states are; null before they were read.</summary>
    public BoardMark? AsOf => _mark;

    /// <summary>Since when the states may be out of date; null if they are not.</summary>
    public DateTimeOffset? StaleSince => _mark is { } mark && _clock.GetUtcNow() - mark.At > Fresh ? mark.At : null;

    public IEnumerable<KeyValuePair<long, RideState>> Rides => _memory.Rides;

    /// <summary>Waits a moment for the rides to be read, if they were not since the start.</summary>
    public async Task<bool> IsLoadedAsync(CancellationToken cancellationToken)
    {
        if (_mark is null)
            await Task.WhenAny(Loaded, Task.Delay(Patience, cancellationToken));
        return _mark is not null;
    }

    public RideState? Find(long id) => _memory.Ride(id);

    public RideFigures Figures(long id, RideState ride) => RideFigures.Of(id, ride, _clock.GetUtcNow(), StaleSince);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var wasTold = true;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await RefreshAsync(wasTold, stoppingToken);
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

    private void Wake()
    {
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

    /// <param name="wasTold">Whether NATS, or a commit of this process, told of a change.</param>
    private async Task RefreshAsync(bool wasTold, CancellationToken cancellationToken)
    {
        var at = _clock.GetUtcNow();
        await using var connection = await _database.OpenConnectionAsync(cancellationToken);
        var heads = (await connection.QueryAsync<(long Id, int Version, long ChangedIn, long Mark)>(Command(Heads))).ToList();
        var versions = heads.ToDictionary(head => head.Id, head => head.Version);
        var before = heads.Count(head => _memory.Ride(head.Id)?.Version >= head.Version);
        foreach (var (id, ride) in await StateReader.RidesAsync(connection, _memory, versions, cancellationToken))
            _memory.Keep(id, ride);
        if (!wasTold && _mark is not null)
            ParkTelemetry.Healed(heads.Count - before);
        var mark = heads.Count > 0 ? heads[0].Mark : await connection.QuerySingleAsync<long>(Command(Mark));
        _mark = new(mark, at, heads.ToDictionary(head => head.Id, head => (head.Version, head.ChangedIn)));
        _loaded.TrySetResult();
        ParkTelemetry.Observed(new(at, _memory.Rides.CountBy(ride => ride.Value.Status.Word()).ToDictionary()));

        CommandDefinition Command(string sql) => new(sql, commandTimeout: 2, cancellationToken: cancellationToken);
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
