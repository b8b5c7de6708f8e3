using System.Diagnostics;
using Dapper;
using Npgsql;
using RideIngest.CheckIn.Deliveries;
using RideIngest.CheckIn.Events;
using RideIngest.CheckIn.Settings;
using RideIngest.Contracts.Frames;
using RideIngest.Storage.Outbox;

namespace RideIngest.CheckIn.Replaying;

/// <summary>What is sent again.</summary>
/// <param name="Destination">Null for all.</param>
/// <param name="Again">Whether events that were delivered go also to destinations that do not honour keys.</param>
internal sealed record ReplayedEvents(string EmployeeId, DateTimeOffset From, DateTimeOffset To, string? Destination, bool Again);

/// <summary>A check-out and a destination, and whether it is sent there again.</summary>
internal sealed record ReplayStep(StoredCheckOut CheckOut, string Destination, bool IsSent, string Why);

/// <summary>Sends old check-outs of an employee to destinations again, for an audit.</summary>
internal sealed class AuditReplay(
    NpgsqlDataSource database, [FromKeyedServices("checkin")] OutboxTable outbox, CheckInSettings settings)
{
    private const string Find =
        $"""
        select {StoredCheckOut.Columns} from checkin.events as event
        where employee_id = @EmployeeId and id >= @from and id < @to and action = 'checked_out' order by id
        """;

    private const string Due =
        "select event_id, destination, state from checkin.due where destination = any (@destinations) and event_id = any (@ids)";

    private const string Add =
        """
        insert into checkin.due (event_id, destination) select * from unnest(@ids, @destinations) on conflict do nothing
        """;

    /// <summary>Returns what would be sent.</summary>
    public async Task<IReadOnlyList<ReplayStep>> PlanAsync(ReplayedEvents wanted, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var (from, to) = (EventIdTime.First(wanted.From), EventIdTime.First(wanted.To));
        var events = (await connection.QueryAsync<StoredCheckOut>(Find, new { wanted.EmployeeId, from, to })).ToList();
        var definitions = Destinations.All.Where(known => wanted.Destination is null || known.Name == wanted.Destination).ToList();
        var destinations = definitions.ConvertAll(definition => definition.Name);
        var due = (await connection.QueryAsync<(Guid Event, string Destination, string State)>(
            Due, new { destinations, ids = events.ConvertAll(row => row.Id) }))
            .ToDictionary(row => (row.Event, row.Destination), row => row.State);
        return
        [
            .. from row in events from definition in definitions
            let destination = definition.Name
            select due.TryGetValue((row.Id, destination), out var state)
                ? new ReplayStep(
                    row, destination, false,
                    state == DueRow.Dead ? "it is a dead letter: replay it there" : "it is on its way")
                : wanted.Again || definition.HonoursKeys(settings)
                    ? new ReplayStep(row, destination, true, "it was delivered")
                    : new ReplayStep(
                        row, destination, false,
                        "it was delivered, and a second call may have a second effect; --again sends it"),
        ];
    }

    /// <summary>Sends what is to be sent, through the outbox.</summary>
    public async Task SendAsync(IReadOnlyList<ReplayStep> plan, CancellationToken cancellationToken)
    {
        var sent = plan.Where(step => step.IsSent).ToList();
        Activity.Current = null;
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await connection.ExecuteAsync(Add, new
        {
            ids = sent.ConvertAll(step => step.CheckOut.Id),
            destinations = sent.ConvertAll(step => step.Destination),
        });
        await outbox.AddAsync(
            connection, [.. sent.Select(step => step.CheckOut.ToOutbox(step.Destination, FrameHeaders.ReplayId))], cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }
}
