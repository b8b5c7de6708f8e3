using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Mvc;
using RideIngest.Hosting.Access;
using RideIngest.Hosting.Endpoints;
using RideIngest.Hosting.OpenApi;
using RideIngest.Hosting.Problems;
using RideIngest.Park.Commits;
using RideIngest.Park.Folds;

namespace RideIngest.Park.Commands;

/// <summary>The commands of the park over HTTP.</summary>
internal sealed class CommandEndpoints(CommandAnswers commands, ParkClock clock)
{
    private const string Tag = "park";
    private const int LongestBody = 16 * 1024;
    private const int MostPeople = 10_000;

    private static readonly TimeSpan ShortestRide = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestRide = TimeSpan.FromHours(24);

    // For the clocks of controllers that are ahead.
    private static readonly TimeSpan Ahead = TimeSpan.FromSeconds(5);

    private static readonly string[] Statuses =
        [OperatingStatus.Operating.Word(), OperatingStatus.Down.Word(), OperatingStatus.Closed.Word()];

    private static readonly string Write = Scopes.Write("park");

    private static readonly ProblemAnswer[] Commanding =
    [
        "unauthorized", "forbidden", "rate-limit", "internal", "busy", ("unavailable", "Postgres is unavailable. Nothing was changed."),
        ("outcome-unknown", "It is not known whether the command was executed. Repeating it is safe."),
    ];

    private static readonly ProblemAnswer[] Posting =
    [
        .. Commanding, "request-timeout", ("too-large", "The body is larger than 16 KB."),
        ("unsupported-media-type", "Send application/json."), ("bad-request", "The body is not a JSON object."),
        ("validation", "The body breaks a rule; errors lists the problems by field."),
    ];

    public static void Map(IEndpointRouteBuilder routes)
    {
        var endpoints = ActivatorUtilities.CreateInstance<CommandEndpoints>(routes.ServiceProvider);
        Keyed(routes.MapPost("/park/rides", (Delegate)endpoints.AddAsync).Needs(Write))
            .Operation("addParkRide", Tag, "Add a ride")
            .Takes(typeof(PostedRide), "The ride", JsonNode.Parse(
                """{"name":"Comet","description":"A roller coaster","capacity":24,"ride_time":"3m","boarding":"clock"}""")!)
            .Answers(typeof(RideFigures), 201, "The ride is added")
            .Refuses(Posting);
        Ride(routes.MapPatch("/park/rides/{id}", (Delegate)endpoints.ChangeAsync).Needs(Write))
            .Operation("changeParkRide", Tag, "Change a ride's name, description, capacity or ride time")
            .Takes(typeof(PatchedRide), "What changes", JsonNode.Parse("""{"capacity":28}""")!)
            .Answers(typeof(RideFigures), 200, "The ride after it")
            .Refuses([.. Posting, ("not-found", "There is no such ride.")]);
        Ride(routes.MapPut("/park/rides/{id}/status", (Delegate)endpoints.StatusAsync).Needs(Scopes.Ops))
            .Operation("setParkRideStatus", Tag, "Operate, stop or close a ride",
                "While a ride is down or closed those who wait keep their places. While it is down its clock stands still, too: everything "
                + "that was to end ends later by that time.")
            .Takes(typeof(PutStatus), "The status", JsonNode.Parse("""{"status":"down","reason":"A sensor failed"}""")!)
            .Answers(typeof(RideFigures), 200, "The ride after it")
            .Refuses([.. Posting, ("not-found", "There is no such ride.")]);
        Keyed(Ride(routes.MapPost("/park/rides/{id}/departures", (Delegate)endpoints.DepartureAsync).Needs(Write)))
            .Operation("reportParkDeparture", Tag, "Report that a ride has left, for a ride's controller",
                "A departure with the same `at` counts once. Those who boarded beyond the number of people waiting are walk-ins.")
            .Takes(typeof(PostedDeparture), "The departure", JsonNode.Parse("""{"boarded":20,"at":"2026-06-01T10:00:00Z"}""")!)
            .Answers(typeof(ReportedDeparture), 200, "The departure is recorded")
            .Refuses([.. Posting, ("not-found", "There is no such ride.")])
            .Refuses("boards-by-clock", "departure-order", "ride-stopped");
        Keyed(routes.MapPost("/park/customers", (Delegate)endpoints.EnterAsync).Needs(Write))
            .Operation("enterPark", Tag, "Let a customer enter the park")
            .Answers(typeof(Entered), 201, "The customer is inside")
            .Refuses(Commanding);
        Customer(routes.MapDelete("/park/customers/{id}", (Delegate)endpoints.LeaveAsync).Needs(Write))
            .Operation("leavePark", Tag, "Let a customer leave the park, and any queue")
            .Answers(204, "The customer is outside")
            .Refuses([.. Commanding, ("not-found", "There is no such customer.")]);
        Queue(routes.MapPut("/park/rides/{id}/queue/{customer}", (Delegate)endpoints.JoinAsync).Needs(Write))
            .Operation("joinParkQueue", Tag, "Let a customer join the queue of a ride", "Repeated, it has the same answer.")
            .Answers(typeof(QueuePlace), 200, "The customer is in the queue")
            .Refuses([.. Commanding, ("not-found", "There is no such ride or customer.")])
            .Refuses("ride-stopped", "in-queue", "on-ride", "has-left");
        Queue(routes.MapDelete("/park/rides/{id}/queue/{customer}", (Delegate)endpoints.LeaveQueueAsync).Needs(Write))
            .Operation("leaveParkQueue", Tag, "Let a customer leave the queue of a ride")
            .Answers(204, "The customer is not in the queue")
            .Refuses([.. Commanding, ("not-found", "There is no such ride or customer.")]);
    }

    private static IEndpointConventionBuilder Keyed(IEndpointConventionBuilder endpoint) => endpoint
        .WithMetadata(new RequestSizeLimitAttribute(LongestBody))
        .Header(IdempotencyKey.Header, Parameters.Text, "A text of the sender's; the same key has the first answer for a day");

    private static IEndpointConventionBuilder Ride(IEndpointConventionBuilder endpoint) => endpoint
        .WithMetadata(new RequestSizeLimitAttribute(LongestBody)).Path("id", Parameters.Id, "The ride's id", 1);

    private static IEndpointConventionBuilder Customer(IEndpointConventionBuilder endpoint) =>
        endpoint.Path("id", Parameters.Id, "The customer's id", 17);

    private static IEndpointConventionBuilder Queue(IEndpointConventionBuilder endpoint) =>
        endpoint.Path("id", Parameters.Id, "The ride's id", 1).Path("customer", Parameters.Id, "The customer's id", 17);

    private async Task<IResult> AddAsync(HttpContext http)
    {
        var (body, bad) = await JsonBody.ReadAsync(http.Request);
        if (bad is not null)
            return bad;
        var fields = body.Fields();
        var (name, description, capacity) = (fields.Text("name", 1, 100), fields.Text("description", 0, 1000, isRequired: false),
            fields.Whole("capacity", 1, MostPeople));
        var (time, boarding) = (fields.Time("ride_time", ShortestRide, LongestRide), fields.Choice(
            "boarding", [BoardingMode.Clock.Word(), BoardingMode.Reported.Word()], isRequired: false));
        if (fields.Problem() is { } problem)
            return problem;
        var mode = boarding == BoardingMode.Reported.Word() ? BoardingMode.Reported : BoardingMode.Clock;
        return await commands.AnswerAsync(http, new AddRide(name!, description ?? "", capacity!.Value, time!.Value, mode));
    }

    private async Task<IResult> ChangeAsync(HttpContext http, long id)
    {
        var (body, bad) = await JsonBody.ReadAsync(http.Request);
        if (bad is not null)
            return bad;
        var fields = body.Fields();
        var change = new ChangeRide(
            id, fields.Text("name", 1, 100, isRequired: false), fields.Text("description", 0, 1000, isRequired: false),
            fields.Whole("capacity", 1, MostPeople, isRequired: false),
            fields.Time("ride_time", ShortestRide, LongestRide, isRequired: false));
        return fields.Problem() ?? await commands.AnswerAsync(http, change);
    }

    private async Task<IResult> StatusAsync(HttpContext http, long id)
    {
        var (body, bad) = await JsonBody.ReadAsync(http.Request);
        if (bad is not null)
            return bad;
        var fields = body.Fields();
        var (word, reason) = (fields.Choice("status", Statuses), fields.Text("reason", 1, 300, isRequired: false));
        return fields.Problem() ?? await commands.AnswerAsync(http, new SetStatus(id, Words.StatusOf(word)!.Value, reason));
    }

    private async Task<IResult> DepartureAsync(HttpContext http, long id)
    {
        var (body, bad) = await JsonBody.ReadAsync(http.Request);
        if (bad is not null)
            return bad;
        var fields = body.Fields();
        var (boarded, given) = (fields.Whole("boarded", 0, MostPeople), fields.Instant("at"));
        if (fields.Problem() is { } problem)
            return problem;
        if (given > clock.Now + Ahead)
            return Problem.OfField("at", "is in the future");
        var at = given!.Value;
        return await commands.AnswerAsync(
            http, new ReportDeparture(id, boarded!.Value, at.AddTicks(-(at.Ticks % TimeSpan.TicksPerMicrosecond))));
    }

    private Task<IResult> EnterAsync(HttpContext http) => commands.AnswerAsync(http, new EnterPark());

    private Task<IResult> LeaveAsync(HttpContext http, long id) => commands.AnswerAsync(http, new LeavePark(id));

    private Task<IResult> JoinAsync(HttpContext http, long id, long customer) => commands.AnswerAsync(http, new JoinQueue(customer, id));

    private Task<IResult> LeaveQueueAsync(HttpContext http, long id, long customer) =>
        commands.AnswerAsync(http, new LeaveRideQueue(customer, id));
}
