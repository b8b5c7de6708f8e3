using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using RideIngest.Hosting.OpenApi;
using RideIngest.Records.Kinds;

namespace RideIngest.Streams.Intake;

/// <summary>An intake's operation in the OpenAPI document.</summary>
internal static class IntakeOperation
{
    private const string SendAgain =
        "`detail` says how many of the events were taken. Sending all of them again is safe: an event counts once.";

    public static void AsIntake(this IEndpointConventionBuilder endpoint, string system, Kind kind, string? notes) => endpoint
        .Operation($"publish{Capital(system)}{Capital(kind.Name)}", system, $"Post {kind.Name}",
            $"{notes} An event counts once, however often it is sent.".TrimStart())
        .TakesMany(kind, "An array of events, a single event, or JSON lines", ("application/x-ndjson", kind.Json(kind.Sample) + "\n"))
        .Answers(typeof(IntakeAnswer), 202, "The stream has all of them", Json("""{"received":2,"published":2}"""))
        .Answers(typeof(IntakeAnswer), 207, "The stream has all but those in `problems`", Json(
            """
            {"received":2,"published":1,"problems":[{"index":1,"type":"/problems/validation","title":"The event breaks a rule",
             "status":422,"detail":"id is required.","errors":{"id":["is required"]}}]}
            """))
        .Refuses("unauthorized", "forbidden", "request-timeout", "internal", "busy", "rate-limit",
            ("bad-request", "There is no event in the body."),
            ("too-large", "An event is larger than 64 KB."),
            ("unsupported-media-type", "Send application/json or application/x-ndjson, in UTF-8."),
            ("validation", "The one event that was sent breaks a rule; errors says which, by field."),
            ("stream-full", $"Too many events wait already. {SendAgain}"),
            ("unavailable", $"Neither the stream nor the outbox can be reached. {SendAgain}"),
            ("outcome-unknown", $"Whether all events were taken is not known. {SendAgain}"));

    private static string Capital(string word) => char.ToUpperInvariant(word[0]) + word[1..];

    private static JsonNode Json(string text) => JsonNode.Parse(text)!;
}
