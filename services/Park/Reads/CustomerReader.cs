using System.Runtime.CompilerServices;
using Dapper;
using Npgsql;
using RideIngest.Park.Board;
using RideIngest.Park.Commits;
using RideIngest.Park.Folds;
using RideIngest.Storage.Postgres;

namespace RideIngest.Park.Reads;

/// <summary>Reads customers, and the events of rides and customers.</summary>
internal sealed class CustomerReader(NpgsqlDataSource database, ParkMemory memory, CommandStore store, RideBoard board)
{
    private const int InsidePage = 5000;

    /// <summary>
    /// Returns a customer as stored now, or, while Postgres is away, as remembered, with since when that may be out of date. Null if there
    /// is none.
    /// </summary>
    public async Task<(CustomerState Customer, DateTimeOffset? StaleSince)?> FindAsync(long id, CancellationToken cancellationToken)
    {
        if (store.IsAway && memory.Customer(id) is { } known)
            return (known, board.AsOf?.At);
        try
        {
            return await ReadAsync(id, cancellationToken) is { } customer ? (customer, null) : null;
        }
        catch (Exception e) when (StoreUnavailableException.Covers(e) && memory.Customer(id) is not null)
        {
            return (memory.Customer(id)!, board.AsOf?.At);
        }
    }

    /// <summary>Lists the customers who are inside, a page at a time.</summary>
    public async IAsyncEnumerable<IReadOnlyList<(long Id, DateTime EnteredAt, DateTime ChangedAt)>> InsideAsync(
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var after = 0L;
        IReadOnlyList<(long Id, DateTime, DateTime)> page;
        do
        {
            page = await InsideAsync(after, cancellationToken);
            yield return page;
            after = page.Count > 0 ? page[^1].Id : after;
        }
        while (page.Count == InsidePage);
    }

    /// <summary>Lists the events of a ride or a customer, the first one first; null if there is none.</summary>
    public async Task<ParkEventPage?> EventsAsync(string root, long id, int after, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var rows = (await connection.QueryAsync<ReadParkEvent.Row>(new(
            """
            select version, at, name, data::text as data, ends_at as EndsAt
            from (select * from park.events union all select * from park.archive) as event
            where aggregate_root = @root and source_id = @id and version > @after order by version limit @limit + 1
            """,
            new { root, id, after, limit }, cancellationToken: cancellationToken))).ToList();
        if (rows.Count == 0 && after == 0)
            return null;
        return new([.. rows.Take(limit).Select(row => row.Event)], rows.Count > limit ? rows[limit - 1].Version : null);
    }

    private async Task<IReadOnlyList<(long Id, DateTime EnteredAt, DateTime ChangedAt)>> InsideAsync(
        long after, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return [.. await connection.QueryAsync<(long, DateTime, DateTime)>(new(
            "select id, entered_at, changed_at from park.customers where left_at is null and id > @after order by id limit @most",
            new { after, most = InsidePage }, cancellationToken: cancellationToken))];
    }

    private async Task<CustomerState?> ReadAsync(long id, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var version = await connection.ExecuteScalarAsync<int?>(new(
            "select version from park.customers where id = @id", new { id }, cancellationToken: cancellationToken));
        if (version is null)
            return null;
        var versions = new Dictionary<long, int> { [id] = version.Value };
        var customer = (await StateReader.CustomersAsync(connection, memory, versions, cancellationToken))[id];
        memory.Keep(id, customer);
        return customer;
    }
}
