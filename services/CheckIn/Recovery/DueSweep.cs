using Dapper;
using Npgsql;
using RideIngest.CheckIn.Deliveries;
using RideIngest.CheckIn.Events;
using RideIngest.CheckIn.Settings;
using RideIngest.Storage.Outbox;
using RideIngest.Storage.Postgres;

namespace RideIngest.CheckIn.Recovery;

/// <summary>
/// Publishes deliveries again that are due while their destination has had no call for long: after a crash, nats-server may have lost who
/// had which message. A message too many does no harm, because the row decides.
/// </summary>
internal sealed partial class DueSweep(
    NpgsqlDataSource database, [FromKeyedServices("checkin")] OutboxTable outbox, Migrations migrations, CheckInSettings settings,
    TimeProvider clock, ILogger<DueSweep> logger)
    : RelayTask(Period, migrations, settings, clock)
{
    private const string Find =
        $"""
        update checkin.due as due set swept_at = now()
        from (
          select destination, event_id from checkin.due join checkin.destinations on name = destination
          where state <> 'dead' and event_id < @before and next_call < @since and open_until is null
            and (swept_at is null or swept_at < @since) and (until is null or until < now())
            and not exists (select from ops.outbox where system = 'checkin')
          order by event_id limit 1000 for update of due skip locked) as lost
        join checkin.events as event on event.id = lost.event_id
        where due.destination = lost.destination and due.event_id = lost.event_id
        returning {StoredCheckOut.Columns}, due.destination
        """;

    private static readonly TimeSpan Period = TimeSpan.FromSeconds(5);

    protected override async Task RunAsync(CancellationToken cancellationToken)
    {
        var since = Clock.GetUtcNow() - Settings.SweepAfter;
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var lost = (await connection.QueryAsync<StoredCheckOut, string, (StoredCheckOut CheckOut, string Destination)>(
            Find, (checkOut, destination) => (checkOut, destination), new { since, before = EventIdTime.First(since) },
            splitOn: "destination")).ToList();
        if (lost.Count == 0)
            return;
        await outbox.AddAsync(connection, lost.ConvertAll(one => one.CheckOut.ToOutbox(one.Destination, "again-")), cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        Swept(lost.Count, lost[0].Destination);
    }

    [LoggerMessage(6843, LogLevel.Warning,
        "{Count} deliveries are due and nobody has them; their messages are published again. The first is for {Destination}")]
    private partial void Swept(int count, string destination);

    [LoggerMessage(6844, LogLevel.Warning, "Deliveries that nobody has cannot be looked for: {Reason}. Retrying{Repeated}")]
    private partial void NotSwept(string reason, string repeated);

    protected override void Failed(string reason, string repeated) => NotSwept(reason, repeated);
}
