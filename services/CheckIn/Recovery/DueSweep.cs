using Dapper;
using NATS.Client.Core;
using Npgsql;
using RideIngest.CheckIn.Deliveries;
using RideIngest.CheckIn.Events;
using RideIngest.CheckIn.Settings;
using RideIngest.Storage.Outbox;
using RideIngest.Storage.Postgres;
using RideIngest.Streams.Stages;

namespace RideIngest.CheckIn.Recovery;

/// <summary>
/// Publishes deliveries again that are due for long, if their destination has fewer messages than deliveries: nats-server may have lost
/// some in a crash. A message too many does no harm, because the row decides.
/// </summary>
internal sealed partial class DueSweep(
    NpgsqlDataSource database, [FromKeyedServices("checkin")] OutboxTable outbox,
    [FromKeyedServices("checkin")] IReadOnlyList<StageDefinition> stages, Migrations migrations, CheckInSettings settings,
    TimeProvider clock, ILogger<DueSweep> logger)
    : RelayTask(Period, migrations, settings, clock)
{
    private const string Waits = "exists (select from ops.outbox where system = 'checkin')";

    private const string Find =
        $"""
        update checkin.due as due set swept_at = now()
        from (
          select destination, event_id
          from checkin.due
          join unnest(@names, @resting) as idle (name, resting)
            on name = destination and resting < (select count(*) from checkin.due where destination = name and state <> 'dead')
          where state <> 'dead' and event_id < @before
            and (swept_at is null or swept_at < @since) and (until is null or until < now()) and not {Waits}
          order by event_id limit 1000 for update of due skip locked) as lost
        join checkin.events as event on event.id = lost.event_id
        where due.destination = lost.destination and due.event_id = lost.event_id
        returning {StoredCheckOut.Columns}, due.destination
        """;

    private static readonly TimeSpan Period = TimeSpan.FromSeconds(5);

    // NATS.Net waits while the connection is lost.
    private static readonly TimeSpan AnswersWithin = TimeSpan.FromSeconds(2);

    protected override async Task RunAsync(CancellationToken cancellationToken)
    {
        var since = Clock.GetUtcNow() - Settings.SweepAfter;
        await using var connection = await database.OpenConnectionAsync(cancellationToken);

        // First, so that what the relay has published by now is seen at the stages.
        if (await connection.ExecuteScalarAsync<bool>($"select {Waits}"))
            return;
        var idle = await IdleAsync(cancellationToken);
        if (idle.Count == 0)
            return;
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var lost = (await connection.QueryAsync<StoredCheckOut, string, (StoredCheckOut CheckOut, string Destination)>(
            Find, (checkOut, destination) => (checkOut, destination), new
            {
                names = idle.ConvertAll(one => one.Destination),
                resting = idle.ConvertAll(one => one.Resting),
                since,
                before = EventIdTime.First(since),
            },
            splitOn: "destination")).ToList();
        if (lost.Count == 0)
            return;
        await outbox.AddAsync(connection, lost.ConvertAll(one => one.CheckOut.ToOutbox(one.Destination, "again-")), cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        Swept(lost.Count, lost[0].Destination);
    }

    /// <summary>Returns the destinations of which no message waits or is in hand, and how many rest before a retry.</summary>
    private async Task<List<(string Destination, long Resting)>> IdleAsync(CancellationToken cancellationToken)
    {
        var idle = new List<(string, long)>();
        foreach (var stage in stages)
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(AnswersWithin);
            try
            {
                if (await stage.RestingAsync(limit.Token) is { } resting)
                    idle.Add((stage.Name, resting));
            }
            catch (Exception e) when (e is NatsException or OperationCanceledException)
            {
                // Its messages may be under way. The stages report the same failure.
            }
        }
        return idle;
    }

    [LoggerMessage(6843, LogLevel.Warning,
        "Deliveries are due and have no message; {Count} are published again. The first is for {Destination}")]
    private partial void Swept(int count, string destination);

    [LoggerMessage(6844, LogLevel.Warning, "Deliveries that nobody has cannot be looked for: {Reason}. Retrying{Repeated}")]
    private partial void NotSwept(string reason, string repeated);

    protected override void Failed(string reason, string repeated) => NotSwept(reason, repeated);
}
