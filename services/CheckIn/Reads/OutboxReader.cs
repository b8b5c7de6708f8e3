using System.Diagnostics;
using Dapper;
using Npgsql;
using RideIngest.CheckIn.Deliveries;
using RideIngest.CheckIn.Settings;

namespace RideIngest.CheckIn.Reads;

/// <summary>Reads what waits in the outbox, and how each destination does.</summary>
internal sealed class OutboxReader(NpgsqlDataSource database, CheckInSettings settings, TimeProvider clock)
{
    private const string Outbox =
        """
        select count(*) as Waiting, min(created_at) as Oldest,
          (select published from ops.outbox_totals where system = 'checkin') as Published
        from (select created_at from ops.outbox where system = 'checkin' order by number limit 100000) as waiting
        """;

    private const string OfDestinations =
        """
        select names.name,
          (select count(*) from (select from checkin.due where destination = names.name and state = 'waiting' limit 100000) as w)
            as Waiting,
          (select count(*) from checkin.due where destination = names.name and state in ('retrying', 'sending')) as Retrying,
          (select count(*) from checkin.due where destination = names.name and state = 'dead') as Dead,
          coalesce(delivered, 0) as Delivered, open_until is not null as IsOpen, changed_at as ChangedAt, reason,
          lowered_rate as LoweredRate, lowered_until as LoweredUntil
        from unnest(@names) with ordinality as names (name, place) left join checkin.destinations as known on known.name = names.name
        order by place
        """;

    private static readonly TimeSpan Window = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private (long Published, long At)? _last;
    private (long Published, long At)? _before;

    public async Task<ReadOutbox> ReadAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var outbox = await connection.QuerySingleAsync<(long Waiting, DateTime? Oldest, long? Published)>(new CommandDefinition(
            Outbox, cancellationToken: cancellationToken));
        var rows = await connection.QueryAsync<Row>(new CommandDefinition(
            OfDestinations, new { names = Destinations.Names }, cancellationToken: cancellationToken));
        var now = clock.GetUtcNow();
        return new(
            outbox.Waiting,
            outbox.Oldest is { } oldest ? Math.Round(Math.Max(0, (now - new DateTimeOffset(oldest)).TotalSeconds), 3) : null,
            PerSecond(outbox.Published ?? 0),
            [.. rows.Zip(Destinations.All, (row, definition) => row.Destination(now, definition.Rate(settings)))]);
    }

    // Over the time since a read that was at least a second ago.
    private double? PerSecond(long published)
    {
        lock (_gate)
        {
            var now = Stopwatch.GetTimestamp();
            if (_last is null || Stopwatch.GetElapsedTime(_last.Value.At, now) > Window)
                (_before, _last) = (_last, (published, now));
            return _before is { } before
                ? Math.Round((published - before.Published) / Stopwatch.GetElapsedTime(before.At, now).TotalSeconds, 1)
                : null;
        }
    }

    private sealed class Row
    {
        public string Name { get; init; } = "";

        public long Waiting { get; init; }

        public long Retrying { get; init; }

        public long Dead { get; init; }

        public long Delivered { get; init; }

        public bool IsOpen { get; init; }

        public DateTimeOffset? ChangedAt { get; init; }

        public string? Reason { get; init; }

        public double? LoweredRate { get; init; }

        public DateTimeOffset? LoweredUntil { get; init; }

        public ReadDestination Destination(DateTimeOffset now, double rate)
        {
            var limit = new DestinationState { LoweredRate = LoweredRate, LoweredUntil = LoweredUntil }.RateAt(now, rate);
            return new(Name, Waiting, Retrying, Delivered, Dead, IsOpen ? "open" : "closed", ChangedAt, limit, Reason);
        }
    }
}
