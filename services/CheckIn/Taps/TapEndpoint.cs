using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using RideIngest.CheckIn.Events;
using RideIngest.CheckIn.Telemetry;
using RideIngest.Hosting.Access;
using RideIngest.Hosting.Endpoints;
using RideIngest.Hosting.OpenApi;
using RideIngest.Hosting.Problems;

namespace RideIngest.CheckIn.Taps;

/// <summary><c>POST /api/checkin</c>: a tap of an employee's card checks the employee in, or out.</summary>
internal sealed class TapEndpoint(TapGate gate, AddressRates addresses)
{
    private const int LongestBody = 4096;

    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(2);

    private static readonly string Scope = Scopes.Write("checkin");

    public static void Map(IEndpointRouteBuilder endpoints) => endpoints
        .MapPost("/api/checkin", endpoints.ServiceProvider.GetRequiredService<TapEndpoint>().PostAsync)
        .WithMetadata(new RequestSizeLimitAttribute(LongestBody))
        .Needs(Scope)
        .Operation("checkIn", "checkin", "Check an employee in, or out",
            "Toggles: an employee who is out is checked in, and one who is in is checked out. The answer comes after the commit; while "
            + "Postgres is away, after the stream of taps has it. With an `Idempotency-Key`, a repeated request has the same answer.")
        .Header(IdempotencyKey.Header, Parameters.Text, "A text of the sender's; it is remembered for a day")
        .Takes(typeof(PostedTap), "The employee", JsonNode.Parse("""{"employee_id":"EMP001"}""")!)
        .Answers(typeof(TapBody), 200, "The employee is checked in or out", JsonNode.Parse(
            """
            {"success":true,"message":"EMP001 checked out after 7.5 hours","record_id":"0199b03a-9c40-7a52-9d11-0c6a1f2b3e4d",
             "action":"checked_out","hours_worked":7.5}
            """))
        .Answers(typeof(TapBody), 202, "Postgres is away, and the tap is safe in the stream; its receipt gives the outcome later",
            JsonNode.Parse(
                """
                {"success":true,"message":"The tap of EMP001 is accepted","action":"accepted",
                 "receipt":"0199b1f2-5a00-7c11-8f00-5be0a3c4d2e1"}
                """))
        .Refuses(
            "unauthorized", "forbidden", "internal", "request-timeout", "rate-limit",
            ("too-large", "The body is larger than 4 KB."),
            ("unsupported-media-type", "Send application/json."),
            ("bad-request", "The body is not a JSON object."),
            ("validation", "employee_id or Idempotency-Key is wrong."),
            ("busy", "Too many taps wait for Postgres."),
            ("unavailable", "Neither Postgres nor NATS can be used. Nothing was kept."),
            ("outcome-unknown", "It is not known whether the tap was kept. With an Idempotency-Key, sending it again is safe."))
        .Refuses(typeof(TappedTwice), ("tapped-twice", "The employee tapped just before."));

    /// <summary>Taps for the page. Returns what became of it in words, or the problem.</summary>
    public async Task<(string Message, Problem? Problem)> TapAsync(string employee, HttpContext http)
    {
        if (Caller.Of(http) is { } caller && !caller.Allows(Scope))
            return ("", caller.Forbid(Scope));
        if (Limit(http) is { } tooMany)
            return ("", tooMany);
        if (!Events.EmployeeId.IsValid(employee))
            return ("", Problem.OfField("employee_id", Events.EmployeeId.Rule));
        return await TapAsync(employee, key: null) is var answer && answer is Problem problem
            ? ("", problem)
            : (((JsonHttpResult<TapBody>)answer).Value!.Message, null);
    }

    public async Task PostAsync(HttpContext http) => await (await TakeAsync(http)).ExecuteAsync(http);

    private async Task<IResult> TakeAsync(HttpContext http)
    {
        if (Limit(http) is { } tooMany)
            return tooMany;
        var (body, bad) = await JsonBody.ReadAsync(http.Request);
        if (bad is not null)
            return bad;
        var (employee, wrong) = body.Text("employee_id", Events.EmployeeId.Rule, Events.EmployeeId.IsValid);
        if (wrong is not null)
            return wrong;
        var (key, wrongKey) = IdempotencyKey.Of(http.Request);
        if (wrongKey is not null)
            return wrongKey;
        return await TapAsync(employee!, key is null ? null : $"{Caller.NameOf(http)}:{key}");
    }

    private Problem? Limit(HttpContext http) =>
        Caller.Of(http) is { Rate: not null } caller ? caller.Take(1) : addresses.Take(http);

    private async Task<IResult> TapAsync(string employee, string? key)
    {
        var at = DateTimeOffset.UtcNow;
        var tap = new Tap { Id = Guid.CreateVersion7(at).ToString(), EmployeeId = employee, At = at, SenderKey = key };
        var answer = await gate.TakeAsync(new(tap, Activity.Current?.Context ?? default));
        CheckInTelemetry.Tapped(answer switch
        {
            { Outcome: { End: TapEnd.Counted } counted } => counted.Action.Word(),
            { Outcome: { } other } => CheckInTelemetry.Word(other.End),
            _ => CheckInTelemetry.Word(answer.Way),
        });
        return Answer(tap, answer);
    }

    private static IResult Answer(Tap tap, TapAnswer answer) => answer switch
    {
        { Outcome: { } outcome } => Stored(tap, outcome),
        { Way: TapWay.Diverted } => ApiJson.Answer(
            new TapBody(true, $"The tap of {tap.EmployeeId} is accepted", null, TapWord.Accepted) { Receipt = tap.Id },
            StatusCodes.Status202Accepted),
        { Way: TapWay.Busy } => new Problem(503, "busy", "Too many taps wait") { Retryable = true, RetryAfter = RetryAfter },
        { Way: TapWay.Away } => Problem.OfStatus(503) with
        {
            Detail = "Neither Postgres nor NATS can be used. Nothing was kept.",
            RetryAfter = RetryAfter,
        },
        _ => new Problem(504, "outcome-unknown", "It is not known whether the tap was kept")
        {
            Detail = "With an Idempotency-Key, sending it again is safe.",
            Retryable = true,
            RetryAfter = RetryAfter,
        },
    };

    private static IResult Stored(Tap tap, TapOutcome outcome) => outcome.End switch
    {
        TapEnd.Counted when outcome.Action == TapAction.CheckedIn => ApiJson.Answer(
            new TapBody(true, $"{tap.EmployeeId} checked in", outcome.RecordId.ToString(), TapWord.CheckedIn)),
        TapEnd.Counted => ApiJson.Answer(
            new TapBody(
                true, string.Create(CultureInfo.InvariantCulture, $"{tap.EmployeeId} checked out after {outcome.Hours} hours"),
                outcome.RecordId.ToString(), TapWord.CheckedOut)
            {
                HoursWorked = outcome.Hours,
            }),
        TapEnd.Duplicate => new Problem(409, "tapped-twice", $"{tap.EmployeeId} tapped just before")
        {
            Detail = $"The tap at {outcome.At:O} counted: {outcome.Action.Word()}.",
            Extensions = new JsonObject
            {
                ["record_id"] = outcome.RecordId.ToString(),
                ["action"] = outcome.Action.Word(),
                ["at"] = outcome.At.UtcDateTime.ToString("O", CultureInfo.InvariantCulture),
            },
        },
        TapEnd.OtherKey => Problem.OfField(IdempotencyKey.Header, "was used for another employee"),
        _ => new Problem(422, "not-storable", "Postgres refuses the tap") { Detail = $"{outcome.Reason}." },
    };
}
