using System.Diagnostics;
using RideIngest.CheckIn.Settings;
using RideIngest.Storage.Postgres;
using RideIngest.Streams.Gathering;

namespace RideIngest.CheckIn.Taps;

/// <summary>
/// Stores taps from their senders, many employees' in one commit under load. While Postgres is away or hangs, it stores none and says so at
/// once; it asks Postgres in the background whether it is back.
/// </summary>
internal sealed partial class TapStore : BackgroundService
{
    private const int MostInCommit = 500;

    private readonly TapTable _table;
    private readonly PostgresPing _postgres;
    private readonly CheckInSettings _settings;
    private readonly ILogger _logger;
    private readonly FrameGatherer<GatheredItems<PendingTap>, PendingTap> _gatherer;
    private readonly PostgresOutage _outage;
    private int _waiting;

    public TapStore(TapTable table, PostgresPing postgres, CheckInSettings settings, ILogger<TapStore> logger)
    {
        (_table, _postgres, _settings, _logger, _outage) = (table, postgres, settings, logger, new(postgres));
        _gatherer = new(static () => new GatheredItems<PendingTap>(), static taps => taps.Count >= MostInCommit, SendAsync);
    }

    public bool IsAway => _outage.IsNow;

    /// <summary>Whether too many taps wait already.</summary>
    public bool IsCrowded => Volatile.Read(ref _waiting) >= _settings.MostWaiting;

    /// <summary>Completes when the tap is stored, or when it is known that it is not stored now.</summary>
    public async Task<PendingTap> StoreAsync(TracedTap tap)
    {
        var pending = new PendingTap(tap);
        Interlocked.Increment(ref _waiting);
        await _gatherer.Add(pending).Ended;
        Interlocked.Decrement(ref _waiting);
        return pending;
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => _outage.WatchAsync(StoresAgain, stoppingToken);

    public override void Dispose()
    {
        base.Dispose();
        _outage.Dispose();
    }

    private async Task SendAsync(GatheredItems<PendingTap> taps)
    {
        // The commit is part of no single request.
        Activity.Current = null;
        try
        {
            if (_outage.IsNow)
                return;

            // Not cancelled: Npgsql would wait for a server that hangs. If it is stored later, each tap is known by its id.
            var outcomes = await _table
                .StoreAsync([.. taps.Items.Select(pending => pending.Tap)], isLive: true, MarkSent, CancellationToken.None)
                .WaitAsync(_settings.StoreWithin);
            foreach (var (pending, outcome) in taps.Items.Zip(outcomes))
                pending.Outcome = outcome;
        }
        catch (Exception e) when (StoreUnavailableException.Covers(e))
        {
            if (_outage.Begin())
                StoresNothing(_postgres.Describe(e));
        }
        catch (Exception e)
        {
            NotStored(e, taps.Count);
        }
        finally
        {
            taps.End();
        }

        void MarkSent()
        {
            foreach (var tap in taps.Items)
                tap.WasSent = true;
        }
    }

    [LoggerMessage(6801, LogLevel.Warning, "Taps cannot be stored: {Reason}. They go into the stream until Postgres stores them again")]
    private partial void StoresNothing(string reason);

    [LoggerMessage(6802, LogLevel.Information, "Postgres answers again. Taps in the stream are stored first")]
    private partial void StoresAgain();

    [LoggerMessage(6803, LogLevel.Error, "{Count} taps were not stored, with an unexpected exception")]
    private partial void NotStored(Exception exception, int count);
}
