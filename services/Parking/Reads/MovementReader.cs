using Dapper;
using Npgsql;
using RideIngest.Parking.Events;
using RideIngest.Parking.Invoices;

namespace RideIngest.Parking.Reads;

/// <summary>Reads events and visits.</summary>
internal sealed class MovementReader(NpgsqlDataSource database, Tariff tariff, TimeProvider clock)
{
    // States have no index. A page looks at so many events at most, and the next one continues there.
    private const int MostLookedAt = 20_000;

    private const int MostCandidates = 5;

    private const string Columns =
        "id, plate, at, state, other_id as OtherId, other_at as OtherAt, version, by_hand as ByHand, received_at as ReceivedAt";

    private const string VisitStates =
        "case when version > 0 then case when other_id is null then 'withdrawn' when by_hand then 'confirmed' else 'paired' end end";

    /// <summary>Lists vehicles that are inside, the longest stay first.</summary>
    public async Task<VehiclesInside> InsideAsync(ListFilter<EventCursor> filter, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var rows = (await connection.QueryAsync<Row>(
            $"""
            select entry_id as Id, plate, entry_at as At from parking.inside
            where {(filter.Plate is null ? "true" : "plate = @Plate")}
              and {(filter.After is null ? "true" : "(entry_at, entry_id) > (@At, @Id)")}
            order by entry_at, entry_id limit @Limit + 1
            """,
            new { filter.Plate, filter.After?.At, filter.After?.Id, filter.Limit })).ToList();
        var now = clock.GetUtcNow();
        var items = rows.Take(filter.Limit).Select(Inside);
        var next = rows.Count > filter.Limit ? new EventCursor(rows[filter.Limit - 1].Time, rows[filter.Limit - 1].Id) : (EventCursor?)null;
        return new([.. items], next?.ToString());

        VehicleInside Inside(Row row) => new(
            row.Id, row.Plate, row.Time, StayText.Of(Whole(now - row.Time)), tariff.ChargeOf(row.Time, now), tariff.Currency);
    }

    public async Task<ReadVisit?> VisitAsync(string id, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var row = await connection.QuerySingleOrDefaultAsync<Row>(
            $"select {Columns} from parking.movements where is_exit and id = @id and version > 0", new { id });
        return row?.Visit;
    }

    /// <summary>Lists visits, the latest exit first.</summary>
    public async Task<VisitPage> VisitsAsync(ListFilter<EventCursor> filter, CancellationToken cancellationToken)
    {
        var (rows, next) = await ListAsync(filter, isExit: true, VisitStates, cancellationToken);
        return new([.. rows.Select(row => row.Visit)], next);
    }

    /// <summary>Lists entries or exits, the latest first.</summary>
    public async Task<EventPage> EventsAsync(bool exits, ListFilter<EventCursor> filter, CancellationToken cancellationToken)
    {
        var (rows, next) = await ListAsync(filter, exits, "state", cancellationToken);
        return new([.. rows.Select(row => row.Event)], next);
    }

    public async Task<ReadEvent?> ExitAsync(string id, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var row = await connection.QuerySingleOrDefaultAsync<Row>(
            $"select {Columns} from parking.movements where is_exit and id = @id", new { id });
        return row?.Event;
    }

    /// <summary>
    /// Lists unpaired entries that may belong to an exit: of the latest thousand before it, those whose plate is most like its plate.
    /// </summary>
    public async Task<IReadOnlyList<ReadEvent>> CandidatesAsync(ReadEvent exit, TimeSpan longestStay, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var rows = await connection.QueryAsync<Row>(
            $"""
            select {Columns} from parking.movements
            where not is_exit and other_id is null and at between @At - @longestStay and @At order by at desc limit 1000
            """,
            new { exit.At, longestStay });
        return [.. rows.Select(row => row.Event)
            .OrderBy(entry => PlateDistance.Of(entry.VehiclePlate, exit.VehiclePlate)).Take(MostCandidates)];
    }

    /// <summary>Finds events by plate, the latest first, and by id.</summary>
    public async Task<IReadOnlyList<(string What, ReadEvent Event)>> FindAsync(
        string? plate, string id, int most, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var rows = await connection.QueryAsync<Row>(
            $"""
            (select is_exit as IsExit, {Columns} from parking.movements where is_exit in (false, true) and id = @id)
            union
            (select is_exit as IsExit, {Columns} from parking.movements where plate = @plate order by at desc limit @most)
            order by at desc
            """,
            new { plate, id, most });
        return [.. rows.Select(row => (row.IsExit ? "exit" : "entry", row.Event))];
    }

    /// <param name="state">The SQL of the state that the filter asks for; events for which it is null are left out.</param>
    private async Task<(List<Row> Rows, string? Next)> ListAsync(
        ListFilter<EventCursor> filter, bool isExit, string state, CancellationToken cancellationToken)
    {
        var from =
            $"""
            from parking.movements
            where is_exit = @isExit and {(filter.Plate is null ? "true" : "plate = @Plate")}
              and {(filter.After is null ? "true" : "(at, id) < (@At, @Id)")}
            order by at desc, id desc
            """;
        var parameters = new { isExit, filter.Plate, filter.State, filter.After?.At, filter.After?.Id, filter.Limit, MostLookedAt };
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var rows = (await connection.QueryAsync<Row>(
            $"""
            select * from (select {Columns}, {state} as wanted {from} limit @MostLookedAt) as looked
            where wanted {(filter.State is null ? "is not null" : "= @State")} order by at desc, id desc limit @Limit + 1
            """,
            parameters)).ToList();
        if (rows.Count > filter.Limit)
        {
            rows.RemoveAt(filter.Limit);
            return (rows, new EventCursor(rows[^1].Time, rows[^1].Id).ToString());
        }
        var last = await connection.QuerySingleOrDefaultAsync<Row>($"select at, id {from} offset @MostLookedAt - 1 limit 1", parameters);
        return (rows, last is null ? null : new EventCursor(last.Time, last.Id).ToString());
    }

    private static TimeSpan Whole(TimeSpan stay) => TimeSpan.FromSeconds(Math.Max(0, (long)stay.TotalSeconds));

    private sealed class Row
    {
        public bool IsExit { get; init; }

        public string Id { get; init; } = "";

        public string Plate { get; init; } = "";

        public DateTime At { get; init; }

        public string State { get; init; } = "";

        public string? OtherId { get; init; }

        public DateTime? OtherAt { get; init; }

        public int Version { get; init; }

        public bool ByHand { get; init; }

        public DateTime ReceivedAt { get; init; }

        public DateTimeOffset Time => new(At);

        public ReadEvent Event => new(Id, Plate, Time, State, OtherId, ByHand, new DateTimeOffset(ReceivedAt));

        public ReadVisit Visit => new(
            Id, Plate, OtherTime, Time, OtherTime is { } entry ? StayText.Of(Time - entry) : null, Version,
            OtherId is null ? VisitState.Withdrawn : ByHand ? VisitState.Confirmed : VisitState.Paired);

        private DateTimeOffset? OtherTime => OtherAt is { } at ? new DateTimeOffset(at) : null;
    }
}
