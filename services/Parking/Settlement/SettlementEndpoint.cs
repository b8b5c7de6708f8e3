using System.Text.Json;
using System.Text.Json.Nodes;
using RideIngest.Hosting.Access;
using RideIngest.Hosting.Endpoints;
using RideIngest.Hosting.OpenApi;
using RideIngest.Hosting.Problems;
using RideIngest.Parking.Events;

namespace RideIngest.Parking.Settlement;

/// <summary><c>POST /parking/exits/{id}/entry</c>.</summary>
internal sealed class SettlementEndpoint(SettlementTable settlements)
{
    public static void Map(IEndpointRouteBuilder endpoints) => endpoints
        .MapPost("/parking/exits/{id}/entry", endpoints.ServiceProvider.GetRequiredService<SettlementEndpoint>().PostAsync)
        .Needs(Scopes.Ops)
        .LimitedAsRead()
        .Operation("settleParkingExit", "parking", "Pair an exit with an entry, or with none",
            "The entry may have another plate. Events that arrive later do not change it; another settlement does. Visits that lose their "
            + "entry by it are withdrawn or paired anew.")
        .Path("id", Parameters.Text, "The exit's id")
        .Takes(typeof(SettlementRequest), "The entry", JsonNode.Parse("""{"entry_id":"north-7012"}""")!)
        .Answers(typeof(SettledExit), 200, "It is settled")
        .Refuses(
            "unauthorized", "forbidden", "too-many-requests", "internal",
            ("bad-request", "The body has no entry_id."),
            ("not-found", "There is no exit with this id."),
            ("settled", "The entry belongs to another exit, as an operator said."),
            ("validation", "There is no such entry, or it is later than the exit or too long before it."),
            ("unavailable", "Postgres is unavailable."));

    public async Task<IResult> PostAsync(string id, HttpContext http)
    {
        var (entryId, bad) = await ReadAsync(http.Request);
        if (bad is not null)
            return bad;
        return await settlements.SettleAsync(id, entryId, Caller.NameOf(http), http.RequestAborted) is { } problem
            ? problem
            : ApiJson.Answer(new SettledExit(id, entryId));
    }

    private static async Task<(string? EntryId, Problem? Bad)> ReadAsync(HttpRequest request)
    {
        try
        {
            using var body = await JsonDocument.ParseAsync(request.Body, cancellationToken: request.HttpContext.RequestAborted);
            if (body.RootElement.ValueKind == JsonValueKind.Object && body.RootElement.TryGetProperty("entry_id", out var entry))
            {
                if (entry.ValueKind == JsonValueKind.Null)
                    return (null, null);
                if (entry.ValueKind is JsonValueKind.String or JsonValueKind.Number)
                    return (entry.ToString(), null);
            }
        }
        catch (JsonException)
        {
            // As for any other body.
        }
        return (null, Problem.OfStatus(400) with { Detail = "The body must be an object with entry_id: the id of an entry, or null." });
    }
}
