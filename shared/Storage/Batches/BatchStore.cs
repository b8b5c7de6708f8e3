using Npgsql;
using RideIngest.Contracts.Outcomes;
using RideIngest.Records.Kinds;
using RideIngest.Storage.Postgres;

namespace RideIngest.Storage.Batches;

/// <summary>
/// Stores batches of one kind and returns the outcome of each record. Storing a batch again is always safe, because committed records
/// become duplicates; so after a lost connection a retry is enough.
/// </summary>
/// <remarks>
/// The fast path is a single COPY in its own transaction. If Postgres refuses it, the slow path looks up existing ids, settles those by
/// digest, and copies the rest, halving each refused part down to single rows.
/// </remarks>
public sealed class BatchStore : IAsyncDisposable
{
    // A server without transaction ids left refuses every row with the same error as a row that is too large for an index. Asking for a
    // transaction id first detects that without a row.
    private const string Begin = "set constraints all immediate; savepoint part; select pg_current_xact_id()";
    private readonly NpgsqlDataSource _database;
    private readonly TableWriter _table;
    private readonly StoreSessions _sessions;

    // Resent records come in bulk: while lookups find some, looking up first is far cheaper than a failing COPY.
    private volatile bool _expectsExisting;

    public BatchStore(NpgsqlDataSource database, Kind kind)
    {
        (_database, Kind, _table) = (database, kind, new TableWriter(new KindTable(kind)));
        _sessions = new StoreSessions(database, _table);
    }

    public Kind Kind { get; }

    /// <summary>
    /// Returns the outcomes in the order of the records: stored, duplicate, conflict or failed. Of records with the same id, the first one
    /// stored wins, and the others are compared with it.
    /// </summary>
    /// <exception cref="StoreUnavailableException">The server failed, not a record. The outcome is unknown; store the batch again
    /// later.</exception>
    public async Task<Outcome[]> StoreAsync(IReadOnlyList<Incoming> records, CancellationToken cancellationToken = default)
    {
        if (records.Count == 0)
            return [];
        using var batch = new Batch(Kind, records);
        var outcomes = new BatchOutcomes(batch);
        try
        {
            await StoreAsync(batch, outcomes, cancellationToken);
        }
        catch (Exception trouble) when (trouble is NpgsqlException or TimeoutException or IOException)
        {
            throw new StoreUnavailableException(_database, _table.Rights, trouble);
        }
        return outcomes.ByArrival;
    }

    /// <summary>Closes sessions that were prepared for later batches.</summary>
    public ValueTask DisposeAsync() => _sessions.DisposeAsync();

    private async Task StoreAsync(Batch batch, BatchOutcomes outcomes, CancellationToken cancellationToken)
    {
        var session = await _sessions.OpenAsync(cancellationToken);
        try
        {
            while (outcomes.NextRows() is { Count: > 0 } rows)
                await StoreAsync(session, batch, rows, outcomes, cancellationToken);
        }
        catch
        {
            await session.DisposeAsync();
            throw;
        }
        await _sessions.ReturnAsync(session, copiesNext: !_expectsExisting);
    }

    /// <summary>Stores rows with distinct ids.</summary>
    private async Task StoreAsync(
        StoreSession session, Batch batch, List<int> rows, BatchOutcomes outcomes, CancellationToken cancellationToken)
    {
        if (_expectsExisting)
            rows = await SettleExistingAsync(await session.WithoutCopyAsync(cancellationToken), batch, rows, outcomes, cancellationToken);
        if (rows.Count == 0)
            return;
        try
        {
            await session.CopyAsync(batch, rows, cancellationToken);
            outcomes.Stored(rows);
        }
        catch (PostgresException refused) when (RefusedRow.Is(refused))
        {
            await StoreCarefullyAsync(session, batch, rows, outcomes, cancellationToken);
        }
    }

    private async Task StoreCarefullyAsync(
        StoreSession session, Batch batch, List<int> rows, BatchOutcomes outcomes, CancellationToken cancellationToken)
    {
        var connection = await session.WithoutCopyAsync(cancellationToken);
        rows = await SettleExistingAsync(connection, batch, rows, outcomes, cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);

        // From the left, so that rows keep their order; a refused part is replaced by its halves.
        var parts = new Stack<List<int>>([rows]);
        while (parts.TryPop(out var part))
        {
            if (part.Count == 0)
                continue;
            await ExecuteAsync(connection, Begin, cancellationToken);
            try
            {
                await session.CopyAsync(batch, part, cancellationToken);
                outcomes.Stored(part);
            }
            catch (PostgresException refused) when (RefusedRow.Is(refused))
            {
                await ExecuteAsync(connection, "rollback to savepoint part", cancellationToken);
                await NarrowAsync(refused, part);
            }
        }
        await transaction.CommitAsync(cancellationToken);

        async Task NarrowAsync(PostgresException refused, List<int> part)
        {
            if (refused.SqlState == PostgresErrorCodes.UniqueViolation)
            {
                // Another consumer may have stored one of these ids since the lookup. It has committed, so a second lookup finds it.
                var rest = await SettleExistingAsync(connection, batch, part, outcomes, cancellationToken);
                if (rest.Count < part.Count)
                {
                    parts.Push(rest);
                    return;
                }
            }
            if (part.Count == 1)
            {
                outcomes.Failed(part[0], refused);
                return;
            }
            parts.Push(part[(part.Count / 2)..]);
            parts.Push(part[..(part.Count / 2)]);
        }
    }

    /// <summary>Settles the rows whose ids are in the table and returns the others.</summary>
    private async Task<List<int>> SettleExistingAsync(
        NpgsqlConnection connection, Batch batch, List<int> rows, BatchOutcomes outcomes, CancellationToken cancellationToken)
    {
        var existing = await _table.ExistingAsync(connection, batch, rows, cancellationToken);
        _expectsExisting = existing.Count > 0;
        if (existing.Count == 0)
            return rows;
        var rest = new List<int>(rows.Count - existing.Count);
        foreach (var row in rows)
        {
            if (existing.TryGetValue(batch.Id(row), out var digest))
                outcomes.Exists(row, digest);
            else
                rest.Add(row);
        }
        return rest;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
