using System.Diagnostics;
using System.Globalization;
using Dapper;
using Npgsql;
using RideIngest.CheckIn.Deliveries;
using RideIngest.CheckIn.Events;
using RideIngest.CheckIn.Taps;
using RideIngest.Contracts.Frames;
using RideIngest.Hosting.Problems;
using RideIngest.Streams.Stages;

namespace RideIngest.CheckIn.Closing;

/// <summary>Closes records whose check-out was forgotten, as an operator says. The check-out is delivered like any other.</summary>
internal sealed partial class CloseTable(
    NpgsqlDataSource database, OutgoingEvents<CheckOut> checkOuts, TimeProvider clock, ILogger<CloseTable> logger)
{
    private const string Find =
        """
        select id, employee_id as EmployeeId, checked_in_at as CheckedInAt, state,
          (select min(checked_in_at) from checkin.records as later
           where later.employee_id = record.employee_id and later.checked_in_at > record.checked_in_at) as Until
        from checkin.records as record where id = @id
        """;

    private const string Save =
        """
        update checkin.records set checked_out_at = @at, hours = @hours, state = 'closed', closed_by = @by where id = @id;
        update checkin.employees set in_since = null, event_id = @eventId, action = 'checked_out', at = @at
        where employee_id = @EmployeeId and record_id = @id and in_since is not null;
        insert into checkin.events (id, employee_id, action, record_id, at, in_at, hours, trace)
        values (@eventId, @EmployeeId, 'checked_out', @id, @at, @CheckedInAt, @hours, @trace);
        insert into checkin.due (event_id, destination) select @eventId, unnest(@destinations)
        """;

    /// <returns>The closed record, or the problem.</returns>
    public async Task<(AttendanceRecord? Record, Problem? Problem)> CloseAsync(
        Guid id, DateTimeOffset at, string by, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await connection.ExecuteAsync(
            """
            set local idle_in_transaction_session_timeout = '5s';
            select from checkin.employees where employee_id = (select employee_id from checkin.records where id = @id) for update
            """,
            new { id });
        var row = await connection.QuerySingleOrDefaultAsync<Row>(Find, new { id });
        if (Refuse(row, at) is { } problem)
            return (null, problem);
        var record = new AttendanceRecord(
            id, row!.EmployeeId, new(row.CheckedInAt), at, AttendanceRules.Hours(new(row.CheckedInAt), at), RecordState.Closed);
        var (eventId, trace) = (Guid.CreateVersion7(clock.GetUtcNow()), Activity.Current?.Context ?? default);
        await connection.ExecuteAsync(Save, new
        {
            id,
            at,
            hours = record.Hours,
            by,
            eventId,
            record.EmployeeId,
            record.CheckedInAt,
            trace = FrameTraces.TraceParent(trace),
            destinations = Destinations.Names,
        });
        await checkOuts.AddAsync(
            connection, [(new EventOrigin(eventId.ToString(), trace), record.ToCheckOut(eventId.ToString()))], cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        Closed(by, id, record.EmployeeId, at);
        return (record, null);
    }

    private Problem? Refuse(Row? row, DateTimeOffset at)
    {
        if (row is null)
            return Problem.OfStatus(404) with { Detail = "There is no record with this id." };
        if (row.State == RecordState.Closed.Word())
            return new Problem(409, "record-closed", "The record is closed already");
        if (at <= new DateTimeOffset(row.CheckedInAt))
            return Problem.OfField("at", string.Create(CultureInfo.InvariantCulture, $"must be after the check-in at {row.CheckedInAt:O}"));
        if (row.Until is { } until && at > new DateTimeOffset(until))
            return Problem.OfField("at", string.Create(CultureInfo.InvariantCulture, $"must not be after the next check-in at {until:O}"));
        return at > clock.GetUtcNow() ? Problem.OfField("at", "must not be in the future") : null;
    }

    [LoggerMessage(6821, LogLevel.Information, "{By} closed record {Record} of {Employee} at {At}")]
    private partial void Closed(string by, Guid record, string employee, DateTimeOffset at);

    private sealed record Row(Guid Id, string EmployeeId, DateTime CheckedInAt, string State, DateTime? Until);
}
