using Microsoft.AspNetCore.Http.Features;
using RideIngest.Hosting.Access;
using RideIngest.Hosting.OpenApi;
using RideIngest.Hosting.Problems;
using RideIngest.Park.Board;
using RideIngest.Park.Telemetry;

namespace RideIngest.Park.Live;

/// <summary><c>GET /park/live</c>: the figures of all rides, then those of each ride that changes, as server-sent events.</summary>
internal sealed class WatchEndpoint(LiveRides live, RideBoard board, IHostApplicationLifetime lifetime)
{
    public static void Map(IEndpointRouteBuilder endpoints) => endpoints
        .MapGet("/park/live", endpoints.ServiceProvider.GetRequiredService<WatchEndpoint>().GetAsync)
        .Needs(Scopes.Read).LimitedAsLivePage()
        .Operation("watchParkRides", "park", "The figures of all rides, and then of each ride that changes, as server-sent events",
            "Events are named `ride`; the data is a ride as in `GET /park/rides/{id}`. What changes is merged per ride and sent at most "
            + "once a second. A client that comes back with `Last-Event-ID` gets what has changed since.")
        .Header("Last-Event-ID", Parameters.Text, "The id of the last event that the client has")
        .AnswersEvents("The events, without an end")
        .Refuses("unauthorized", "forbidden", "internal", "too-many-requests", ("unavailable", "The rides have not been read yet."));

    public async Task GetAsync(HttpContext http)
    {
        ParkTelemetry.LiveClients(1);
        try
        {
            await SendAsync(http);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // The client is gone, or the process stops: clients come back by themselves.
        }
        finally
        {
            ParkTelemetry.LiveClients(-1);
        }
    }

    private async Task SendAsync(HttpContext http)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, lifetime.ApplicationStopping);
        if (!await board.IsLoadedAsync(ending.Token))
        {
            await (Problem.OfStatus(503) with
            {
                Detail = "Postgres is unavailable.",
                RetryAfter = TimeSpan.FromSeconds(2),
            }).ExecuteAsync(http);
            return;
        }
        http.Response.ContentType = "text/event-stream";
        http.Response.Headers.CacheControl = "no-store";
        http.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        var moment = live.Now;
        var bytes = moment.Since(http.Request.Headers["Last-Event-ID"]);
        while (true)
        {
            // A client that reads slowly waits here alone, and then gets what has changed since.
            await http.Response.Body.WriteAsync(bytes, ending.Token);
            await http.Response.Body.FlushAsync(ending.Token);
            await moment.Ended.WaitAsync(ending.Token);
            var next = live.Now;
            bytes = next.Since(moment);
            moment = next;
        }
    }
}
