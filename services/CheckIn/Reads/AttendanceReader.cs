using Dapper;
using Npgsql;

namespace RideIngest.CheckIn.Reads;

/// <summary>Reads employees, attendance records, and what became of taps.</summary>
internal sealed class AttendanceReader(NpgsqlDataSource database)
{
    private const int LastRecords = 10;

    private const string Columns =
        """
        id, employee_id as EmployeeId, checked_in_at as CheckedInAt, checked_out_at as CheckedOutAt, hours, state, closed_by as ClosedBy
        """;

    public async Task<ReadEmployee?> EmployeeAsync(string id, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var employee = await connection.QuerySingleOrDefaultAsync<(DateTime? InSince, DateTime? At)>(Command(
            "select in_since, at from checkin.employees where employee_id = @id", new { id }, cancellationToken));
        if (employee.At is not { } last)
            return null;
        var records = await ListAsync(connection, new(id, Limit: LastRecords), cancellationToken);
        return new(id, employee.InSince is null ? "out" : "in", new(employee.InSince ?? last), records.Items);
    }

    /// <summary>Lists records, the latest check-in first.</summary>
    public async Task<RecordPage> RecordsAsync(RecordFilter filter, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await ListAsync(connection, filter, cancellationToken);
    }

    public async Task<ReadRecord?> RecordAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var row = await connection.QuerySingleOrDefaultAsync<Row>(Command(
            $"select {Columns} from checkin.records where id = @id", new { id }, cancellationToken));
        return row?.Record;
    }

    /// <summary>Lists the employees who are in, the longest stay first.</summary>
    public async Task<IReadOnlyList<(string EmployeeId, DateTimeOffset Since)>> InAsync(int limit, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var rows = await connection.QueryAsync<(string Id, DateTime Since)>(Command(
            "select employee_id, in_since from checkin.employees where in_since is not null order by in_since, employee_id limit @limit",
            new { limit }, cancellationToken));
        return [.. rows.Select(row => (row.Id, new DateTimeOffset(row.Since)))];
    }

    /// <summary>Returns what became of a tap; null if nothing is known of it.</summary>
    public async Task<ReadReceipt?> ReceiptAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var stored = await connection.QuerySingleOrDefaultAsync<(string? Action, Guid RecordId, double? Hours)>(Command(
            """
            select case action when 'repeated' then first_action else action end, record_id, hours from checkin.events where id = @id
            """,
            new { id }, cancellationToken));
        if (stored.Action is { } action)
            return new(id.ToString(), action) { RecordId = stored.RecordId, HoursWorked = stored.Hours };
        var dead = await connection.QuerySingleOrDefaultAsync<(string? Code, string? Message)>(Command(
            """
            select code, message from ops.dead_letters where system = 'checkin' and stage = 'intake' and key = @key order by id desc limit 1
            """,
            new { key = id.ToString() }, cancellationToken));
        return dead.Code is { } code ? new(id.ToString(), "dead_letter") { Code = code, Detail = dead.Message } : null;
    }

    private static async Task<RecordPage> ListAsync(NpgsqlConnection connection, RecordFilter filter, CancellationToken cancellationToken)
    {
        var (employee, from, to, state, after, limit) = filter;
        var rows = (await connection.QueryAsync<Row>(Command(
            $"""
            select {Columns} from checkin.records
            where {(employee is null ? "true" : "employee_id = @employee")} and {(from is null ? "true" : "checked_in_at >= @from")}
              and {(to is null ? "true" : "checked_in_at < @to")} and {(state is null ? "true" : "state = @state")}
              and {(after is null ? "true" : "(checked_in_at, id) < (@At, @Id)")}
            order by checked_in_at desc, id desc limit @limit + 1
            """,
            new { employee, from, to, state, after?.At, after?.Id, limit }, cancellationToken))).ToList();
        var items = rows.Take(limit).Select(row => row.Record).ToList();
        return new(items, rows.Count > limit ? new RecordCursor(items[^1].CheckedInAt, items[^1].Id).ToString() : null);
    }

    private static CommandDefinition Command(string sql, object parameters, CancellationToken cancellationToken) =>
        new(sql, parameters, cancellationToken: cancellationToken);

    private sealed record Row(
        Guid Id, string EmployeeId, DateTime CheckedInAt, DateTime? CheckedOutAt, double? Hours, string State, string? ClosedBy)
    {
        public ReadRecord Record => new(
            Id, EmployeeId, new(CheckedInAt), CheckedOutAt is { } at ? new DateTimeOffset(at) : null, Hours, State, ClosedBy);
    }
}
