using System.Diagnostics;
using Npgsql;

namespace RideIngest.Storage.Batches;

/// <summary>
/// Provides the sessions for one table's batches. A COPY takes two round trips: one until Postgres accepts rows, one until they are
/// committed. While batches follow each other closely, the first one is made ahead of the batch.
/// </summary>
internal sealed class StoreSessions : IAsyncDisposable
{
    // A waiting COPY keeps a transaction open, which blocks changes and vacuuming of the table, for at most twice this time.
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(20);

    private static readonly TimeSpan LeavesWithin = TimeSpan.FromSeconds(1);

    private readonly NpgsqlDataSource _database;
    private readonly TableWriter _table;
    private readonly Timer _impatience;
    private readonly List<StoreSession> _ahead = [];
    private long _lastBatch;
    private bool _isClosed;

    internal StoreSessions(NpgsqlDataSource database, TableWriter table)
    {
        (_database, _table) = (database, table);
        _impatience = new Timer(_ => _ = CloseAsync(Patience));
    }

    internal async ValueTask<StoreSession> OpenAsync(CancellationToken cancellationToken)
    {
        lock (_ahead)
        {
            if (_ahead.Count > 0)
            {
                var last = _ahead[^1];
                _ahead.RemoveAt(_ahead.Count - 1);
                return last;
            }
        }
        return new StoreSession(await _database.OpenConnectionAsync(cancellationToken), _table);
    }

    /// <summary>Takes back a session whose batch is stored.</summary>
    /// <param name="copiesNext">Whether the next batch is expected to begin with a COPY.</param>
    internal ValueTask ReturnAsync(StoreSession session, bool copiesNext)
    {
        var now = Stopwatch.GetTimestamp();
        var isDense = Stopwatch.GetElapsedTime(Interlocked.Exchange(ref _lastBatch, now), now) < Patience;
        if (!isDense || !copiesNext)
            return session.DisposeAsync();
        session.BeginAhead();
        lock (_ahead)
        {
            if (!_isClosed)
            {
                _ahead.Add(session);
                if (_ahead.Count == 1)
                    _impatience.Change(Patience, Timeout.InfiniteTimeSpan);
                return default;
            }
        }
        return session.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        lock (_ahead)
            _isClosed = true;
        await _impatience.DisposeAsync();

        // A server that hangs must not delay shutdown.
        await CloseAsync(TimeSpan.Zero).WaitAsync(LeavesWithin).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Closes the sessions that have waited at least this long.</summary>
    private async Task CloseAsync(TimeSpan waited)
    {
        List<StoreSession> due;
        lock (_ahead)
        {
            due = _ahead.FindAll(session => session.Waits >= waited);
            _ahead.RemoveAll(due.Contains);
            if (_ahead.Count > 0 && !_isClosed)
                _impatience.Change(Patience, Timeout.InfiniteTimeSpan);
        }
        await Task.WhenAll(due.Select(session => session.DisposeAsync().AsTask()));
    }
}
