using System.Text.Json.Nodes;
using RideIngest.Casino.Aggregates;
using RideIngest.Hosting.OpenApi;

namespace RideIngest.Casino.Documents;

/// <summary>The casino's operations in the OpenAPI document.</summary>
internal static class CasinoOperations
{
    public static void AsFigures(this IEndpointConventionBuilder endpoint) => endpoint
        .Operation("getCasinoFigures", "casino", "What was counted since this process began to count")
        .Answers(typeof(Figures), 200, "The figures", Json(
            """
            {"events_total":12345,"events_per_minute":123.45,"events_per_second_moving_average":2.05,
             "top_player_bets":{"id":10,"count":150},"top_player_wins":{"id":11,"count":50},"top_player_deposits":{"id":12,"count":15000}}
            """))
        .Refuses("unauthorized", "forbidden", "too-many-requests", "internal",
            ("unavailable", "This process does not count: another one does, or the stream has not been reached yet."));

    private static JsonNode Json(string text) => JsonNode.Parse(text)!;
}
