using RideIngest.Hosting.Access;
using RideIngest.Hosting.Endpoints;
using RideIngest.Hosting.OpenApi;
using RideIngest.Hosting.Problems;
using RideIngest.Park.Board;
using RideIngest.Park.Commits;

namespace RideIngest.Park.Reads;

/// <summary>The endpoints that read rides and customers.</summary>
internal sealed class ParkReads(RideBoard board, CustomerReader customers, ParkClock clock)
{
    private const string Tag = "park";

    private static readonly ProblemAnswer[] Reading = ["unauthorized", "forbidden", "too-many-requests", "internal"];

    private static readonly ProblemAnswer[] ReadingPostgres = [.. Reading, ("unavailable", "Postgres is unavailable.")];

    public static void Map(IEndpointRouteBuilder endpoints)
    {
        var reads = ActivatorUtilities.CreateInstance<ParkReads>(endpoints.ServiceProvider);
        Get("/park/rides", reads.RidesAsync)
            .Operation("listParkRides", Tag, "All rides, with their waiting times",
                "From memory, so also while Postgres is away: then `stale_since` says since when they may be out of date.")
            .Answers(typeof(RideList), 200, "The rides")
            .Refuses([.. Reading, ("unavailable", "The rides have not been read yet.")]);
        Get("/park/rides/{id}", reads.RideAsync)
            .Operation("getParkRide", Tag, "A ride, with its waiting time")
            .Path("id", Parameters.Id, "The ride's id", 1)
            .Answers(typeof(RideFigures), 200, "The ride")
            .Refuses([.. Reading, ("not-found", "There is no such ride."), ("unavailable", "The rides have not been read yet.")]);
        Events(Get("/park/rides/{id}/events", reads.RideEventsAsync), "listParkRideEvents", "ride");
        Get("/park/customers/{id}", reads.CustomerAsync)
            .Operation("getParkCustomer", Tag, "Where a customer is, and the place in the queue")
            .Path("id", Parameters.Id, "The customer's id", 17)
            .Answers(typeof(ReadCustomer), 200, "The customer")
            .Refuses([.. ReadingPostgres, ("not-found", "There is no such customer.")]);
        Events(Get("/park/customers/{id}/events", reads.CustomerEventsAsync), "listParkCustomerEvents", "customer");

        RouteHandlerBuilder Get(string path, Delegate get) => endpoints.MapGet(path, get).Needs(Scopes.Read).LimitedAsRead();

        void Events(IEndpointConventionBuilder endpoint, string id, string what) => endpoint
            .Operation(id, Tag, $"What happened to a {what}, the first event first")
            .Path("id", Parameters.Id, $"The {what}'s id", 1)
            .Query("after", Parameters.Id, "next of the page before")
            .Query("limit", Parameters.Limit, "At most 1000; 100 by default")
            .Answers(typeof(ParkEventPage), 200, "A page of events")
            .Refuses([
                .. ReadingPostgres, ("not-found", $"There is no such {what}."),
                ("bad-request", "A parameter is unknown or wrong; the detail names each."),
            ]);
    }

    private async Task<IResult> RidesAsync(CancellationToken cancellationToken)
    {
        if (await UnreadAsync(cancellationToken) is { } unread)
            return unread;
        var rides = board.Rides.OrderBy(ride => ride.Key).Select(ride => board.Figures(ride.Key, ride.Value)).ToList();
        return ApiJson.Answer(new RideList(rides, board.AsOf?.At));
    }

    private async Task<IResult> RideAsync(long id, CancellationToken cancellationToken) =>
        await UnreadAsync(cancellationToken)
        ?? (board.Find(id) is { } ride ? ApiJson.Answer(board.Figures(id, ride)) : NotFound("ride"));

    private async Task<IResult> CustomerAsync(long id, CancellationToken cancellationToken) =>
        await customers.FindAsync(id, cancellationToken) is { } customer
            ? ApiJson.Answer(ReadCustomer.Of(id, customer, board, clock.Now))
            : NotFound("customer");

    private Task<IResult> RideEventsAsync(HttpContext http, long id) => EventsAsync(http, Aggregate.Ride, id);

    private Task<IResult> CustomerEventsAsync(HttpContext http, long id) => EventsAsync(http, Aggregate.Customer, id);

    private async Task<IResult> EventsAsync(HttpContext http, string root, long id)
    {
        var query = new QueryReader(http.Request.Query);
        var (after, limit) = (query.Number("after", usual: 0, most: int.MaxValue), query.Number("limit", usual: 100, most: 1000));
        if (query.Problem() is { } problem)
            return problem;
        return await customers.EventsAsync(root, id, after, limit, http.RequestAborted) is { } page ? ApiJson.Answer(page) : NotFound(root);
    }

    /// <returns>A problem if the rides were not read since the start.</returns>
    private async Task<IResult?> UnreadAsync(CancellationToken cancellationToken) => await board.IsLoadedAsync(cancellationToken)
        ? null
        : Problem.OfStatus(503) with { Detail = "Postgres is unavailable.", RetryAfter = TimeSpan.FromSeconds(2) };

    private static Problem NotFound(string what) => Problem.OfStatus(404) with { Detail = $"There is no such {what}." };
}
