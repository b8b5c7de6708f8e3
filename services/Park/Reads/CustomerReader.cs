using Dapper;
using Npgsql;
using RideIngest.Park.Commits;
using RideIngest.Park.Folds;

namespace RideIngest.Park.Reads;

/// <summary>Reads customers, and the events of rides and customers.</summary>
internal sealed class CustomerReader(NpgsqlDataSource database, ParkMemory memory)
{
    /// <summary>Returns a customer as stored now; null if there is none.</summary>
    public async Task<CustomerState?> FindAsync(long id, CancellationToken cancellationToken)
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

    /// <summary>Lists the customers who are inside.</summary>
    public async Task<IReadOnlyList<(long Id, DateTime EnteredAt, DateTime ChangedAt)>> InsideAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return [.. await connection.QueryAsync<(long, DateTime, DateTime)>(new(
            "select id, entered_at, changed_at from park.customers where left_at is null order by id",
            cancellationToken: cancellationToken))];
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
}
