using System.Text;
using Dapper;
using Npgsql;
using RideIngest.CheckIn.Deliveries;
using RideIngest.CheckIn.Events;
using RideIngest.CheckIn.Settings;
using RideIngest.Contracts.Frames;
using RideIngest.Hosting.Retries;
using RideIngest.Storage.Outbox;
using RideIngest.Storage.Postgres;
using RideIngest.Streams.Stages;

namespace RideIngest.CheckIn.Recovery;

/// <summary>
/// Publishes deliveries again that are due while their destination has had no call for long: after a crash, nats-server may have lost who
/// had which message. A message too many does no harm, because the row decides.
/// </summary>
internal sealed partial class DueSweep(
    NpgsqlDataSource database, [FromKeyedServices("checkin")] OutboxTable outbox, Migrations migrations, CheckInSettings settings,
    TimeProvider clock, ILogger<DueSweep> logger) : BackgroundService
{
    private const string Find =
        """
        update checkin.due as due set swept_at = now()
        from (
          select destination, event_id from checkin.due join checkin.destinations on name = destination
          where state <> 'dead' and event_id < @before and next_call < @since and open_until is null
            and (swept_at is null or swept_at < @since) and (until is null or until < now())
            and not exists (select from ops.outbox where system = 'checkin')
          order by event_id limit 1000 for update of due skip locked) as lost
        join checkin.events as event on event.id = lost.event_id
        where due.destination = lost.destination and due.event_id = lost.event_id
        returning due.destination, event.id, employee_id as EmployeeId, record_id as RecordId, in_at as InAt, at, hours, trace
        """;

    private static readonly TimeSpan Period = TimeSpan.FromSeconds(5);
    private static readonly CheckOutKind Kind = new();

    private readonly Repeats _failures = new();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!settings.Roles.Contains(CheckInRole.Relay))
            return;
        await migrations.Applied.WaitAsync(stoppingToken);
        using var timer = new PeriodicTimer(Period, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await SweepAsync(stoppingToken);
                _failures.End();
            }
            catch (Exception e) when (StoreUnavailableException.Covers(e))
            {
                if (_failures.Next(e.Message) is { } repeated)
                    NotSwept(e.Message, repeated);
            }
        }
    }

    private async Task SweepAsync(CancellationToken cancellationToken)
    {
        var since = clock.GetUtcNow() - settings.SweepAfter;
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var lost = (await connection.QueryAsync<Row>(Find, new { since, before = EventIdTime.First(since) })).ToList();
        if (lost.Count == 0)
            return;
        await outbox.AddAsync(connection, lost.ConvertAll(ToOutbox), cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        Swept(lost.Count, lost[0].Destination);
    }

    private static OutboxEvent ToOutbox(Row row) => new()
    {
        Subject = StageDefinition.RetrySubject("checkin", row.Destination),
        Key = row.EmployeeId,
        Id = $"again-{Guid.CreateVersion7():N}",
        Payload = Encoding.UTF8.GetBytes(Kind.Json(new CheckOut
        {
            Id = row.Id.ToString(),
            EmployeeId = row.EmployeeId,
            RecordId = row.RecordId.ToString(),
            CheckedInAt = new(row.InAt),
            CheckedOutAt = new(row.At),
            HoursWorked = row.Hours,
        })),
        Headers = row.Trace is { } trace ? new Dictionary<string, string> { [FrameHeaders.TraceParent] = trace } : [],
    };

    [LoggerMessage(6843, LogLevel.Warning,
        "{Count} deliveries are due and nobody has them; their messages are published again. The first is for {Destination}")]
    private partial void Swept(int count, string destination);

    [LoggerMessage(6844, LogLevel.Warning, "Deliveries that nobody has cannot be looked for: {Reason}. Retrying{Repeated}")]
    private partial void NotSwept(string reason, string repeated);

    private sealed record Row(
        string Destination, Guid Id, string EmployeeId, Guid RecordId, DateTime InAt, DateTime At, double Hours, string? Trace);
}
