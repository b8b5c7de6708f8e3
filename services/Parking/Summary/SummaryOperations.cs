using System.Text.Json.Nodes;
using RideIngest.Hosting.OpenApi;

namespace RideIngest.Parking.Summary;

/// <summary>The summary server's operations in the OpenAPI document.</summary>
internal static class SummaryOperations
{
    private const string NotWritten = "The file cannot be written, for example because the disk is full; `detail` says why.";

    public static void AsSummary(this IEndpointConventionBuilder endpoint) => endpoint
        .Operation("recordVehicleSummary", "parking", "Write a line into the summary file",
            "The line is on disk when the answer arrives. Without an Idempotency-Key, a repeated request writes another line.")
        .Header("Idempotency-Key", Parameters.Text, "Requests of a sender with the same key write one line")
        .Takes(typeof(PostedSummary), "A vehicle's stay", Json(
            """
            {"vehicle_plate":"KA01AB1234","entry_date_time":"2026-11-29T08:00:00Z","exit_date_time":"2026-11-29T09:02:03Z",
             "duration":"1h2m3s"}
            """))
        .Answers(typeof(SummaryAnswer), 201, "The line is in the file", Json("""{"detail":"Vehicle summary recorded successfully"}"""))
        .Refuses("unauthorized", "forbidden", "request-timeout", "internal", "rate-limit",
            ("too-large", "The body is larger than 64 KB."),
            ("unsupported-media-type", "Send application/json."),
            ("validation", "The body breaks a rule; errors says which, by field."),
            ("unavailable", NotWritten));

    public static void AsSummaries(this IEndpointConventionBuilder endpoint, VehicleSummaryKind kind) => endpoint
        .Operation("recordVehicleSummaries", "parking", "Write lines for versions of visits into the summary file",
            "Each version of a visit has one line, however often it is sent. A withdrawn visit has neither entry_date_time nor duration. "
            + "The lines are on disk when the answer arrives.")
        .TakesMany(kind, "Up to 10,000 summaries: JSON lines, or an array", ("application/x-ndjson", kind.Json(kind.Sample) + "\n"))
        .Answers(typeof(SummaryAnswer), 201, "All lines are in the file", Json("""{"detail":"Vehicle summary recorded successfully"}"""))
        .Answers(typeof(SummaryAnswer), 207, "The lines are in the file, except for those in `problems`", Json(
            """{"detail":"1 of 2 are refused","problems":[{"index":1,"detail":"version must be at least 1."}]}"""))
        .Refuses("unauthorized", "forbidden", "request-timeout", "internal",
            ("bad-request", "The body is no list of summaries. Nothing was written."),
            ("too-large", "There are more than 10,000 summaries. Nothing was written."),
            ("unsupported-media-type", "Send application/x-ndjson or application/json."),
            ("unavailable", NotWritten));

    private static JsonNode Json(string text) => JsonNode.Parse(text)!;
}
