using RideIngest.CheckIn.Events;
using RideIngest.CheckIn.Taps;
using RideIngest.Hosting.Access;
using RideIngest.Hosting.Endpoints;
using RideIngest.Hosting.OpenApi;
using RideIngest.Hosting.Problems;

namespace RideIngest.CheckIn.Reads;

/// <summary>The endpoints that read employees, records, receipts and the outbox.</summary>
internal sealed class AttendanceEndpoints(AttendanceReader attendance, OutboxReader outbox, TapGate gate)
{
    private const string Tag = "checkin";

    // Longer than a tap takes into the stream.
    private static readonly TimeSpan Young = TimeSpan.FromSeconds(30);

    private static readonly string[] States = ["open", "closed", "open_ended"];

    private static readonly ProblemAnswer[] Reading =
        ["unauthorized", "forbidden", "too-many-requests", "internal", ("unavailable", "Postgres is unavailable.")];

    public static void Map(IEndpointRouteBuilder endpoints)
    {
        var reads = ActivatorUtilities.CreateInstance<AttendanceEndpoints>(endpoints.ServiceProvider);
        Get("/checkin/employees/{id}", reads.EmployeeAsync)
            .Operation("getEmployee", Tag, "Where an employee stands, with the last records")
            .Path("id", Parameters.Text, "The employee's id", "EMP001")
            .Answers(typeof(ReadEmployee), 200, "The employee")
            .Refuses([.. Reading, ("not-found", "The employee never tapped.")]);
        Get("/checkin/records", reads.RecordsAsync)
            .Operation("listAttendanceRecords", Tag, "Attendance records, the latest check-in first")
            .Query("employee_id", Parameters.Text, "Only this employee's", "EMP001")
            .Query("from", Parameters.Text, "Only check-ins from this instant on")
            .Query("to", Parameters.Text, "Only check-ins before this instant")
            .QueryChoice("state", "RecordState", States, "Only those in this state")
            .Query("after", Parameters.Text, "next of the page before")
            .Query("limit", Parameters.Limit, "At most 1000; 100 by default")
            .Answers(typeof(RecordPage), 200, "A page of records")
            .Refuses([.. Reading, ("bad-request", "A parameter is unknown or wrong; the detail names each.")]);
        Get("/checkin/receipts/{receipt}", reads.ReceiptAsync)
            .Operation("getTapReceipt", Tag, "What became of an accepted tap")
            .Path("receipt", Parameters.Text, "The receipt")
            .Answers(typeof(ReadReceipt), 200, "What is known")
            .Refuses([.. Reading, ("not-found", "No tap has this receipt.")]);
        Get("/checkin/outbox", reads.OutboxAsync)
            .Operation("getCheckInOutbox", Tag, "What waits in the outbox, and how each destination does")
            .Answers(typeof(ReadOutbox), 200, "Of this moment")
            .Refuses(Reading);

        RouteHandlerBuilder Get(string path, Delegate get) => endpoints.MapGet(path, get).Needs(Scopes.Read).LimitedAsRead();
    }

    private async Task<IResult> EmployeeAsync(string id, CancellationToken cancellationToken) =>
        await attendance.EmployeeAsync(id, cancellationToken) is { } employee
            ? ApiJson.Answer(employee)
            : Problem.OfStatus(404) with { Detail = "The employee never tapped." };

    private async Task<IResult> RecordsAsync(HttpContext http)
    {
        var query = new QueryReader(http.Request.Query);
        var state = query.Text("state");
        if (state is not null && !States.Contains(state))
            query.Wrong("state", $"must be one of {string.Join(", ", States)}");
        var filter = new RecordFilter(
            query.Text("employee_id", most: EmployeeId.Longest), query.Instant("from"), query.Instant("to"), state,
            query.Cursor<RecordCursor>(RecordCursor.Parse), query.Number("limit", usual: 100, most: 1000));
        return query.Problem() is { } problem ? problem : ApiJson.Answer(await attendance.RecordsAsync(filter, http.RequestAborted));
    }

    private async Task<IResult> ReceiptAsync(string receipt, CancellationToken cancellationToken)
    {
        if (!Guid.TryParse(receipt, out var id) || id.Version != 7)
            return Unknown;

        // Asked first: a tap that leaves the stream meanwhile is found.
        var mayWait = gate.MayHold || DateTimeOffset.UtcNow - EventIdTime.TimeOf(id) < Young;
        if (await attendance.ReceiptAsync(id, cancellationToken) is { } known)
            return ApiJson.Answer(known);
        return mayWait ? ApiJson.Answer(new ReadReceipt(receipt, "accepted")) : Unknown;
    }

    private async Task<IResult> OutboxAsync(CancellationToken cancellationToken) =>
        ApiJson.Answer(await outbox.ReadAsync(cancellationToken));

    private static Problem Unknown => Problem.OfStatus(404) with { Detail = "No tap has this receipt." };
}
