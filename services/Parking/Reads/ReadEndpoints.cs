using RideIngest.Hosting.Access;
using RideIngest.Hosting.Endpoints;
using RideIngest.Hosting.OpenApi;
using RideIngest.Hosting.Problems;
using RideIngest.Parking.Events;

namespace RideIngest.Parking.Reads;

/// <summary>The endpoints that read vehicles inside, visits, events and statistics.</summary>
internal sealed class ReadEndpoints(MovementReader movements, StatisticsReader statistics)
{
    private const string Tag = "parking";

    private static readonly string[] EntryStates = ["open", "paired", "superseded", "expired"];
    private static readonly string[] ExitStates = ["waiting", "paired", "unmatched"];
    private static readonly string[] VisitStates = ["paired", "confirmed", "withdrawn"];

    private static readonly ProblemAnswer[] Reading =
        ["unauthorized", "forbidden", "too-many-requests", "internal", ("unavailable", "Postgres is unavailable.")];

    public static void Map(IEndpointRouteBuilder endpoints)
    {
        var reads = endpoints.ServiceProvider.GetRequiredService<ReadEndpoints>();
        Get("/parking/inside", reads.InsideAsync)
            .Operation("listVehiclesInside", Tag, "Vehicles that are inside, the longest stay first")
            .Query("plate", Parameters.Text, "Only this plate; case, spaces and dashes do not matter", "KA01AB1234")
            .Paged()
            .Answers(typeof(VehiclesInside), 200, "A page of vehicles");
        Get("/parking/visits", reads.VisitsAsync)
            .Operation("listParkingVisits", Tag, "Visits, the latest exit first")
            .Filtered("VisitState", VisitStates)
            .Answers(typeof(VisitPage), 200, "A page of visits");
        Get("/parking/entries", http => reads.EventsAsync(http, exits: false))
            .Operation("listParkingEntries", Tag, "Entries with their states, the latest first")
            .Filtered("EntryState", EntryStates)
            .Answers(typeof(EventPage), 200, "A page of entries");
        Get("/parking/exits", http => reads.EventsAsync(http, exits: true))
            .Operation("listParkingExits", Tag, "Exits with their states, the latest first")
            .Filtered("ExitState", ExitStates)
            .Answers(typeof(EventPage), 200, "A page of exits");
        endpoints.MapGet("/parking/visits/{id}", reads.VisitAsync).Needs(Scopes.Read).LimitedAsRead()
            .Operation("getParkingVisit", Tag, "A visit")
            .Path("id", Parameters.Text, "The id of its exit")
            .Answers(typeof(ReadVisit), 200, "The visit")
            .Refuses([.. Reading, ("not-found", "There is no visit with this id.")]);
        endpoints.MapGet("/parking/statistics", reads.StatisticsAsync).Needs(Scopes.Read).LimitedAsRead()
            .Operation("getParkingStatistics", Tag, "Counts of events by state")
            .Answers(typeof(ParkingStatistics), 200, "The counts, of one moment")
            .Refuses(Reading);

        IEndpointConventionBuilder Get(string path, Func<HttpContext, Task<IResult>> get) => endpoints
            .MapGet(path, get).Needs(Scopes.Read).LimitedAsRead()
            .Refuses([.. Reading, ("bad-request", "A parameter is unknown or wrong; the detail names each.")]);
    }

    private async Task<IResult> InsideAsync(HttpContext http)
    {
        var query = new QueryReader(http.Request.Query);
        var filter = query.Filter<EventCursor>(EventCursor.Parse);
        return query.Problem() is { } problem ? problem : ApiJson.Answer(await movements.InsideAsync(filter, http.RequestAborted));
    }

    private async Task<IResult> VisitsAsync(HttpContext http)
    {
        var query = new QueryReader(http.Request.Query);
        var filter = query.Filter<EventCursor>(EventCursor.Parse, VisitStates);
        return query.Problem() is { } problem ? problem : ApiJson.Answer(await movements.VisitsAsync(filter, http.RequestAborted));
    }

    private async Task<IResult> EventsAsync(HttpContext http, bool exits)
    {
        var query = new QueryReader(http.Request.Query);
        var filter = query.Filter<EventCursor>(EventCursor.Parse, exits ? ExitStates : EntryStates);
        return query.Problem() is { } problem
            ? problem
            : ApiJson.Answer(await movements.EventsAsync(exits, filter, http.RequestAborted));
    }

    private async Task<IResult> VisitAsync(string id, CancellationToken cancellationToken) =>
        await movements.VisitAsync(id, cancellationToken) is { } visit
            ? ApiJson.Answer(visit)
            : Problem.OfStatus(404) with { Id = id.Length <= 64 ? new(id) : default, Detail = "There is no visit with this id." };

    private async Task<IResult> StatisticsAsync(CancellationToken cancellationToken) =>
        ApiJson.Answer(await statistics.ReadAsync(cancellationToken));
}

/// <summary>The parameters that lists share.</summary>
internal static class ListParameters
{
    public static IEndpointConventionBuilder Filtered(this IEndpointConventionBuilder endpoint, string type, string[] states) => endpoint
        .Query("plate", Parameters.Text, "Only this plate; case, spaces and dashes do not matter", "KA01AB1234")
        .QueryChoice("state", type, states, "Only those in this state")
        .Paged();

    public static IEndpointConventionBuilder Paged(this IEndpointConventionBuilder endpoint) => endpoint
        .Query("after", Parameters.Text, "The value of `next` in the page before")
        .Query("limit", Parameters.Limit, "The number of items on a page; 100 by default", 100);
}
