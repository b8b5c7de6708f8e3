using Dapper;
using Npgsql;
using RideIngest.Park.Folds;
using RideIngest.Park.Telemetry;

namespace RideIngest.Park.Commits;

/// <summary>
/// Brings the states of rides and customers to their stored versions: those in memory, or else their snapshots, and the events after them.
/// </summary>
internal static class StateReader
{
    private const string Snapshots =
        """
        select source_id as Id, state::text as state from park.snapshots where aggregate_root = @root and source_id = any(@ids)
        """;

    /// <param name="versions">The stored versions by id.</param>
    public static Task<IReadOnlyDictionary<long, RideState>> RidesAsync(
        NpgsqlConnection connection, ParkMemory memory, IReadOnlyDictionary<long, int> versions, CancellationToken cancellationToken) =>
        ReadAsync(
            connection,
            new EventStream<RideState>(
                Aggregate.Ride, memory.Ride, RideSnapshot.Read, ride => ride.Version,
                (ride, row) => (ride ?? RideState.None).Apply(new(row.At), (RideEvent)row.Event)),
            versions, cancellationToken);

    /// <param name="versions">The stored versions by id.</param>
    public static Task<IReadOnlyDictionary<long, CustomerState>> CustomersAsync(
        NpgsqlConnection connection, ParkMemory memory, IReadOnlyDictionary<long, int> versions, CancellationToken cancellationToken) =>
        ReadAsync(
            connection,
            new EventStream<CustomerState>(
                Aggregate.Customer, memory.Customer, CustomerSnapshot.Read, customer => customer.Version,
                (customer, row) => (customer ?? CustomerState.None).Apply(new(row.At), (CustomerEvent)row.Event)),
            versions, cancellationToken);

    private static async Task<IReadOnlyDictionary<long, TState>> ReadAsync<TState>(
        NpgsqlConnection connection, EventStream<TState> stream, IReadOnlyDictionary<long, int> versions,
        CancellationToken cancellationToken)
        where TState : class
    {
        var known = new Dictionary<long, TState>(versions.Count);
        foreach (var id in versions.Keys)
        {
            if (stream.Remembered(id) is { } state)
                known[id] = state;
        }
        var behind = Behind();
        ParkTelemetry.Remembered(stream.Root, versions.Count - behind.Length, behind.Length);
        await FoldAsync(behind);

        // Those whose next events are in the archive by now: their snapshots are newer.
        var gaps = Behind();
        foreach (var id in gaps)
            known.Remove(id);
        await FoldAsync(gaps);
        return Behind() is [] ? known : throw new InvalidOperationException($"Events of {stream.Root} {Behind()[0]} are missing");

        long[] Behind() => [.. versions.Where(one => Version(one.Key) < one.Value).Select(one => one.Key)];

        int Version(long id) => known.TryGetValue(id, out var state) ? stream.Version(state) : 0;

        async Task FoldAsync(long[] ids)
        {
            if (ids.Length == 0)
                return;
            if (Array.FindAll(ids, id => !known.ContainsKey(id)) is [_, ..] unknown)
            {
                var snapshots = await connection.QueryAsync<(long Id, string State)>(
                    new(Snapshots, new { root = stream.Root, ids = unknown }, cancellationToken: cancellationToken));
                foreach (var (id, state) in snapshots)
                    known[id] = stream.Snapshot(state);
            }
            var rows = await connection.QueryAsync<EventRow>(new(
                CommitSql.EventsAfter, new { root = stream.Root, ids, versions = Array.ConvertAll(ids, Version) },
                cancellationToken: cancellationToken));
            foreach (var row in rows.Where(row => row.Version == Version(row.SourceId) + 1))
                known[row.SourceId] = stream.Fold(known.GetValueOrDefault(row.SourceId), row);
        }
    }

    private sealed record EventRow(long SourceId, int Version, DateTime At, string Name, string Data)
    {
        public ParkEvent Event => StoredEvents.Read(Name, Data);
    }

    /// <summary>How states of a root are made.</summary>
    private sealed record EventStream<TState>(
        string Root, Func<long, TState?> Remembered, Func<string, TState> Snapshot, Func<TState, int> Version,
        Func<TState?, EventRow, TState> Fold);
}
