using System.ComponentModel;
using System.Text;
using System.Text.Json.Nodes;
using RideIngest.CheckIn.Events;
using RideIngest.CheckIn.Reads;
using RideIngest.CheckIn.Taps;
using RideIngest.Hosting.Access;
using RideIngest.Hosting.Endpoints;
using RideIngest.Hosting.OpenApi;
using RideIngest.Hosting.Problems;
using RideIngest.Records.Fields;

namespace RideIngest.CheckIn.Closing;

/// <summary><c>POST /checkin/records/{id}/close</c>.</summary>
internal sealed class CloseEndpoint(CloseTable records)
{
    public static void Map(IEndpointRouteBuilder endpoints) => endpoints
        .MapPost("/checkin/records/{id}/close", ActivatorUtilities.CreateInstance<CloseEndpoint>(endpoints.ServiceProvider).PostAsync)
        .Needs(Scopes.Ops)
        .LimitedAsRead()
        .Operation("closeAttendanceRecord", "checkin", "Close a record whose check-out was forgotten",
            "The check-out is delivered to every destination.")
        .Path("id", Parameters.Text, "The record's id")
        .Takes(typeof(CloseRequest), "When the employee left", JsonNode.Parse("""{"at":"2026-11-29T17:30:00Z"}""")!)
        .Answers(typeof(ReadRecord), 200, "The record, closed")
        .Refuses(
            "unauthorized", "forbidden", "too-many-requests", "internal",
            ("bad-request", "The body is not a JSON object."),
            ("unsupported-media-type", "Send application/json."),
            ("not-found", "There is no record with this id."),
            ("record-closed", "The record is closed already."),
            ("validation", "at is no instant, or not between the check-in and the next one."),
            ("unavailable", "Postgres is unavailable."));

    public async Task<IResult> PostAsync(string id, HttpContext http)
    {
        var (body, bad) = await JsonBody.ReadAsync(http.Request);
        if (bad is not null)
            return bad;
        var at = default(DateTimeOffset);
        var (_, wrong) = body.Text(
            "at", "must be an instant such as 2026-11-29T17:30:00Z; without an offset it is in UTC",
            text => InstantText.TryParse(Encoding.UTF8.GetBytes(text), orUtc: true, out at));
        if (wrong is not null)
            return wrong;
        if (!Guid.TryParse(id, out var record))
            return Problem.OfStatus(404) with { Detail = "There is no record with this id." };
        var by = Caller.NameOf(http);
        var (closed, problem) = await records.CloseAsync(record, at.ToUniversalTime(), by, http.RequestAborted);
        return problem is not null ? problem : ApiJson.Answer(new ReadRecord(
            closed!.Id, closed.EmployeeId, closed.CheckedInAt, closed.CheckedOutAt, closed.Hours, closed.State.Word(), by));
    }
}

/// <summary>The body that closes a record.</summary>
[Description("When the employee left")]
internal sealed record CloseRequest([property: Description("An instant; without an offset it is in UTC")] DateTimeOffset At);
