using System.Text.Json.Nodes;
using RideIngest.Casino.Aggregates;
using RideIngest.Casino.Events;
using RideIngest.Casino.Publish;
using RideIngest.Hosting.OpenApi;

namespace RideIngest.Casino.Documents;

/// <summary>The casino's operations in the OpenAPI document.</summary>
internal static class CasinoOperations
{
    private const string SendAgain =
        "`detail` says how many of the events were taken. Sending all of them again is safe: an event counts once.";

    private const string Lines =
        """
        {"id":1,"player_id":11,"game_id":101,"type":"bet","amount":500,"currency":"USD","has_won":false,"created_at":"2022-02-02T23:45:00Z"}
        {"id":2,"player_id":11,"type":"deposit","amount":1000,"currency":"EUR","created_at":"2022-02-02T23:46:00Z"}

        """;

    public static DocumentTag Tag { get; } = new("casino", "Publish casino events, and read the figures that are made of them");

    public static void AsPublish(this IEndpointConventionBuilder endpoint) => endpoint
        .Operation("publishCasinoEvents", Tag.Name, "Publish casino events",
            "`amount` and `currency` are for bets and deposits only, `has_won` for bets, `game_id` for all but deposits. "
            + "`amount` is in the currency's smallest unit. An event counts once, however often it is sent.")
        .TakesMany(new EventKind(), "An array of events, a single event, or JSON lines", ("application/x-ndjson", Lines))
        .Answers(typeof(IntakeAnswer), 202, "The stream has all of them", Json("""{"received":2,"published":2}"""))
        .Answers(typeof(IntakeAnswer), 207, "The stream has all but those in `problems`", Json(
            """
            {"received":2,"published":1,"problems":[{"index":1,"type":"/problems/validation","title":"The event breaks a rule",
             "status":422,"id":2,"detail":"game_id is required for a bet.","errors":{"game_id":["is required for a bet"]}}]}
            """))
        .Refuses("unauthorized", "forbidden", "request-timeout", "internal", "busy", "rate-limit",
            ("bad-request", "There is no event in the body."),
            ("too-large", "An event is larger than 64 KB."),
            ("unsupported-media-type", "Send application/json or application/x-ndjson, in UTF-8."),
            ("validation", "The one event that was sent breaks a rule; errors says which, by field."),
            ("stream-full", $"Too many events wait already. {SendAgain}"),
            ("unavailable", $"The stream cannot be reached. {SendAgain}"),
            ("outcome-unknown", $"Whether all events were taken is not known. {SendAgain}"));

    public static void AsFigures(this IEndpointConventionBuilder endpoint) => endpoint
        .Operation("getCasinoFigures", Tag.Name, "What was counted since this process began to count")
        .Answers(typeof(Figures), 200, "The figures", Json(
            """
            {"events_total":12345,"events_per_minute":123.45,"events_per_second_moving_average":2.05,
             "top_player_bets":{"id":10,"count":150},"top_player_wins":{"id":11,"count":50},"top_player_deposits":{"id":12,"count":15000}}
            """))
        .Refuses("unauthorized", "forbidden", "too-many-requests", "internal",
            ("unavailable", "This process does not count: another one does, or the stream has not been reached yet."));

    private static JsonNode Json(string text) => JsonNode.Parse(text)!;
}
