using System.Net.Mime;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Mvc;
using RideIngest.Hosting.Access;
using RideIngest.Hosting.Endpoints;
using RideIngest.Hosting.OpenApi;
using RideIngest.Hosting.Problems;
using RideIngest.Park.Board;
using RideIngest.Park.Commands;
using RideIngest.Park.Commits;
using RideIngest.Park.Folds;
using RideIngest.Park.Reads;
using RideIngest.Storage.Postgres;

namespace RideIngest.Park.OldForm;

/// <summary>The endpoints for clients that exist already: other paths, bodies and errors, and the same park.</summary>
internal sealed class OldEndpoints(CommandStore store, RideBoard board, CustomerReader customers, ParkClock clock)
{
    private const string Tag = "park-old";
    private const long MostSeconds = 24 * 60 * 60;
    private const long MostPeople = 10_000;
    private const string Away = "Postgres is unavailable";
    private const int LongestBody = 16 * 1024;

    private static readonly string Write = Scopes.Write("park");

    public static void Map(IEndpointRouteBuilder routes)
    {
        var old = ActivatorUtilities.CreateInstance<OldEndpoints>(routes.ServiceProvider);
        routes.MapGet("/ride", (Delegate)old.RidesAsync).Needs(Scopes.Read).LimitedAsRead().RefusesWith(RefuseAsync)
            .Operation("oldParkListRides", Tag, "All rides, in the old form").Answers(typeof(OldRide[]), 200, "The rides")
            .RefusesAs(typeof(OldError), OldError.Example, "unauthorized", "forbidden", "too-many-requests", "unavailable");
        routes.MapGet("/customer", (Delegate)old.CustomersAsync).Needs(Scopes.Read).LimitedAsRead().RefusesWith(RefuseAsync)
            .Operation("oldParkListCustomers", Tag, "The customers inside, in the old form")
            .Answers(typeof(OldCustomer[]), 200, "The customers")
            .RefusesAs(typeof(OldError), OldError.Example, "unauthorized", "forbidden", "too-many-requests", "unavailable");
        Post("/ride/add", old.AddAsync)
            .Operation("oldParkAddRide", Tag, "Add a ride, in the old form")
            .TakesForm(typeof(OldPostedRide), "The ride; form fields are taken, too", JsonNode.Parse(
                """{"name":"Comet","desc":"A roller coaster","ride_time_secs":180,"capacity":24}""")!)
            .Answers(typeof(OldAdded), 200, "The ride is added");
        Post("/customer/enter", old.EnterAsync)
            .Operation("oldParkEnter", Tag, "Let a customer enter the park, in the old form")
            .Answers(typeof(OldDone), 200, "The customer is inside");
        Post("/customer/exit", old.ExitAsync)
            .Operation("oldParkLeave", Tag, "Let a customer leave the park, in the old form")
            .TakesForm(typeof(OldPostedCustomer), "The customer; form fields are taken, too", JsonNode.Parse("""{"id":17}""")!)
            .Answers(typeof(OldDone), 200, "The customer is outside");
        Post("/customer/queue", old.QueueAsync)
            .Operation("oldParkJoinQueue", Tag, "Let a customer join the queue of a ride, in the old form")
            .TakesForm(typeof(OldPostedQueue), "The customer and the ride; form fields are taken, too", JsonNode.Parse(
                """{"id":17,"ride_id":1}""")!)
            .Answers(typeof(OldDone), 200, "The customer is in the queue");
        Post("/customer/unqueue", old.UnqueueAsync)
            .Operation("oldParkLeaveQueue", Tag, "Let a customer leave whatever queue that is, in the old form")
            .TakesForm(typeof(OldPostedCustomer), "The customer; form fields are taken, too", JsonNode.Parse("""{"id":17}""")!)
            .Answers(typeof(OldDone), 200, "The customer is in no queue");

        IEndpointConventionBuilder Post(string path, Func<HttpContext, Task<IResult>> act) => routes
            .MapPost(path, (Delegate)((HttpContext http) => TryAsync(http, act)))
            .DisableAntiforgery().WithMetadata(new RequestSizeLimitAttribute(LongestBody)).Needs(Write).RefusesWith(RefuseAsync)
            .RefusesAs(
                typeof(OldError), OldError.Example, "bad-request", "unauthorized", "forbidden", "not-found", "conflict", "too-large",
                "rate-limit", "unavailable", "outcome-unknown");
    }

    private static async Task<IResult> TryAsync(HttpContext http, Func<HttpContext, Task<IResult>> act)
    {
        try
        {
            return Caller.Of(http)?.Take(1) is { } tooMany ? Refuse(tooMany) : await act(http);
        }
        catch (OldFormException e)
        {
            return Error(StatusCodes.Status400BadRequest, e.Message);
        }
        catch (IOException e) when (Problem.OfBody(e) is { } problem)
        {
            return Refuse(problem);
        }
    }

    private async Task<IResult> RidesAsync(CancellationToken cancellationToken) => await board.IsLoadedAsync(cancellationToken)
        ? ApiJson.Answer(board.Rides.OrderBy(ride => ride.Key)
            .Select(ride => OldRide.Of(ride.Key, ride.Value, clock.Now)).ToArray())
        : Error(StatusCodes.Status503ServiceUnavailable, Away);

    private async Task CustomersAsync(HttpContext http)
    {
        await using var pages = customers.InsideAsync(http.RequestAborted).GetAsyncEnumerator(http.RequestAborted);
        try
        {
            await pages.MoveNextAsync();
        }
        catch (Exception e) when (StoreUnavailableException.Covers(e))
        {
            await Error(StatusCodes.Status503ServiceUnavailable, Away).ExecuteAsync(http);
            return;
        }
        http.Response.ContentType = MediaTypeNames.Application.Json;
        await JsonSerializer.SerializeAsync(http.Response.Body, InsideAsync(), ApiJson.Options, http.RequestAborted);

        // There may be very many of them.
        async IAsyncEnumerable<OldCustomer> InsideAsync()
        {
            do
            {
                foreach (var row in pages.Current)
                    yield return OldCustomer.Of(row);
            }
            while (await pages.MoveNextAsync());
        }
    }

    private async Task<IResult> AddAsync(HttpContext http)
    {
        var body = await OldBody.ReadAsync(http.Request);
        var added = new AddRide(
            body.Text("name", 100), body.Text("desc", 1000, isRequired: false), (int)body.Whole("capacity", MostPeople),
            TimeSpan.FromSeconds(body.Whole("ride_time_secs", MostSeconds)), BoardingMode.Clock);
        return await AnswerAsync(added, _ => new OldAdded("added"));
    }

    private Task<IResult> EnterAsync(HttpContext http) =>
        AnswerAsync(new EnterPark(), answer => new OldDone("added", ((Entered)answer.Body!).Id));

    private Task<IResult> ExitAsync(HttpContext http) =>
        OfCustomerAsync(http, (customer, _) => new LeavePark(customer), "updated", "the customer has left already");

    private Task<IResult> QueueAsync(HttpContext http) => OfCustomerAsync(
        http, (customer, body) => new JoinQueue(customer, body.Whole("ride_id", long.MaxValue)), "queued",
        "the customer is in the queue already");

    private Task<IResult> UnqueueAsync(HttpContext http) =>
        OfCustomerAsync(http, (customer, _) => new LeaveAnyQueue(customer), "un-queued", null);

    private async Task<IResult> OfCustomerAsync(
        HttpContext http, Func<long, OldBody, ParkCommand> command, string done, string? repeated)
    {
        var body = await OldBody.ReadAsync(http.Request);
        var id = body.Whole("id", long.MaxValue);
        return await AnswerAsync(command(id, body), _ => new OldDone(done, id), repeated);
    }

    /// <param name="repeated">The error if the same was commanded before; null if that is none.</param>
    private async Task<IResult> AnswerAsync(ParkCommand command, Func<CommandAnswer, object> done, string? repeated = null)
    {
        var end = await store.ExecuteAsync(command);
        return end switch
        {
            { Answer.Refused: { } refused } => Error(refused.Status, refused.Detail),
            { Answer.IsRepeated: true } when repeated is not null => Error(StatusCodes.Status409Conflict, repeated),
            { Answer: { } answer } => ApiJson.Answer(done(answer)),
            { Way: CommandWay.Failed } => Error(StatusCodes.Status500InternalServerError, "an unexpected error occurred"),
            { Way: CommandWay.Unknown } => Error(StatusCodes.Status504GatewayTimeout, "it is not known whether it was done"),
            _ => Error(StatusCodes.Status503ServiceUnavailable, "the park takes no commands now; nothing was changed"),
        };
    }

    private static Task RefuseAsync(HttpContext http, Problem problem)
    {
        problem.WriteHeaders(http.Response);
        return Refuse(problem).ExecuteAsync(http);
    }

    private static OldRefusal Refuse(Problem problem) => new(problem.Status, problem.Line, problem.RetryAfter);

    private static OldRefusal Error(int status, string text) => new(status, text);
}
