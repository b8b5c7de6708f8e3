using System.Text.Json.Nodes;
using RideIngest.Hosting.OpenApi;
using RideIngest.Producer.Answers;
using RideIngest.Records.Kinds;

namespace RideIngest.Producer.Documents;

/// <summary>Describes the producer's operations for the OpenAPI document.</summary>
internal static class ProducerOperations
{
    private const string Prefer =
        "`respond-async`: answer as soon as the stream has the record. `wait=10`: wait up to 10 s for the outcome. Others are ignored.";

    private const string SomeReceipt = "AQAAAAAAAgWlXqrqAZNOzJ_RQmuhW9I1aQAAAAAAAAAGYm9va2luZ3NQKxtYTn4";

    private static readonly ProblemAnswer[] Uploading =
    [
        "bad-request", "unauthorized", "forbidden", "request-timeout", "too-large", "unsupported-media-type",
        "unsupported-content-encoding", "validation", "rate-limit", "internal", "busy", "stream-full",
        ("unavailable", "Neither NATS nor Postgres can be reached. Nothing was kept."), "outcome-unknown",
    ];

    private static readonly ProblemAnswer[] Putting = [.. Uploading, "conflict", "not-storable"];

    public static DocumentTag Receipts { get; } = new("receipts", "The outcome of accepted records (202)");

    public static DocumentTag Failures { get; } = new("failures", "Records that were refused or failed");

    public static DocumentTag Tag(Kind kind) => new(kind.Name, $"Send {kind.Name}, singly or in bulk, and read them back");

    public static void AsPut(this IEndpointConventionBuilder endpoint, Kind kind) => endpoint
        .Operation($"put{kind.RecordName}", kind.Name, $"Send one record to {kind.Name}",
            "Sending the same record again is always safe: it is stored only once.")
        .Header("Prefer", Parameters.Text, Prefer, "wait=10")
        .Takes(kind, $"One record of {kind.Name}")
        .Answers(typeof(RecordOutcome), 201, "Stored: committed in Postgres", Json("""{"id":132512,"status":"stored"}"""))
        .AnswerHeader(201, "Location", Parameters.Text, "The address of the record")
        .Answers(typeof(RecordOutcome), 200, "Duplicate: the same record was stored before", Json("""{"id":132512,"status":"duplicate"}"""))
        .Answers(typeof(RecordOutcome), 202, "Accepted: it is in the stream, and the receipt gives the outcome",
            Json($$"""{"id":132512,"status":"accepted","receipt":"{{SomeReceipt}}"}"""))
        .AnswerHeader(202, "Location", Parameters.Text, "The address of the receipt")
        .Refuses(Putting);

    public static void AsUpload(this IEndpointConventionBuilder endpoint, Kind kind) => endpoint
        .Operation($"upload{Pascal(kind.Name)}", kind.Name, $"Upload many records to {kind.Name}, of any total size",
            "An invalid record does not affect the others. With `Accept: application/x-ndjson` each record's outcome is sent as a line as "
            + "soon as it is settled; then the status code is 200 unless the upload settles in one batch, and the lines have the outcomes.")
        .QueryChoice("results", "UploadResults", ["all"],
            "`all`: list every record, up to 250,000, and beyond these only failures, up to 10,000 in all. By default only records that "
            + "are not `stored` or `duplicate` are listed: up to 10,000 failures and 250,000 results. Lines have no limit.")
        .Header("Prefer", Parameters.Text, Prefer, "wait=10")
        .TakesMany(kind, $"Records of {kind.Name}", (ContentTypes.JsonLines, $"{kind.Json(kind.Sample)}\n"), (ContentTypes.Csv, Csv(kind)))
        .Answers(typeof(UploadOutcome), 200, "All records are stored, now or before",
            Json("""{"received":3,"stored":2,"duplicate":1,"accepted":0,"failed":0,"results":[]}"""))
        .Answers(typeof(UploadOutcome), 202, "No record failed, and some are accepted; the results list their receipts", Json(
            $$"""
            {"received":3,"stored":2,"duplicate":0,"accepted":1,"failed":0,
             "results":[{"index":0,"id":132512,"status":"accepted","receipt":"{{SomeReceipt}}"}]}
            """))
        .Answers(typeof(UploadOutcome), 207, "Some records failed; the results list them", Json(
            """
            {"received":3,"stored":2,"duplicate":0,"accepted":0,"failed":1,
             "results":[{"index":1,"id":132513,"status":"conflict","code":"conflict","error":"another record with the id 132513 is stored",
              "retryable":false}]}
            """))
        .AnswersLines(typeof(UploadLine), ContentTypes.JsonLines, 200, 202, 207)
        .Refuses(Uploading);

    public static void AsRead(this IEndpointConventionBuilder endpoint, Kind kind) => endpoint
        .Operation($"get{kind.RecordName}", kind.Name, $"A stored record of {kind.Name}")
        .Path("id", Parameters.Id, "The record's id", kind.Sample.Key.Number)
        .Answers(kind, 200, "The stored record")
        .Refuses("unauthorized", "forbidden", "too-many-requests", "internal",
            ("unavailable", "Postgres cannot be reached. Stored records are safe."))
        .Refuses(typeof(MissingRecord), ("not-found", "No record with this id is stored, or the id is invalid."));

    public static void AsOldPut(this IEndpointConventionBuilder endpoint, Kind kind) => endpoint
        .Operation("saveBookingDetail", kind.Name, $"The old form of POST /v1/{kind.Name}",
            "The same status codes, with the body of the old service.")
        .Header("Prefer", Parameters.Text, Prefer, "wait=10")
        .Takes(kind, $"One record of {kind.Name}")
        .Answers(typeof(SaveOutcome), 201, "Stored: committed in Postgres", Json("""{"id":132512,"type":1,"error":""}"""))
        .Answers(typeof(SaveOutcome), 200, "Duplicate: the same record was stored before", Json("""{"id":132512,"type":1,"error":""}"""))
        .Answers(typeof(SaveOutcome), 202, "Accepted: it is in the stream, and the receipt gives the outcome",
            Json("""{"id":132512,"type":1,"error":""}"""))
        .AnswerHeader(202, "Location", Parameters.Text, "The address of the receipt")
        .RefusesAs(typeof(SaveOutcome), Json("""{"id":132512,"type":2,"error":"The record breaks a rule: user_id is required."}"""),
            Putting);

    public static void AsReceipt(this IEndpointConventionBuilder endpoint) => endpoint
        .Operation("getReceipt", Receipts.Name, "The outcome of an accepted record", "Any producer can answer.")
        .Path("receipt", Parameters.Text, "The receipt from the 202 answer", SomeReceipt)
        .Query("wait", Parameters.Text, "How long to wait for the outcome: `10s`, `500ms`", "10s")
        .Answers(typeof(ReceiptOutcome), 200, "The state of the record. While it is `accepted`, Retry-After says when to ask again.",
            Json("""{"id":132512,"kind":"bookings","status":"stored"}"""))
        .AnswerHeader(200, "Retry-After", Parameters.Seconds, "Seconds to wait, while it is not settled")
        .Refuses("unauthorized", "forbidden", "too-many-requests", "internal",
            ("bad-request", "The parameter wait is not a duration."),
            ("not-found", "This receipt was never issued."),
            ("unavailable", "The outcome cannot be looked up now. The record is safe: in the stream or already settled."));

    public static void AsFailures(this IEndpointConventionBuilder endpoint) => endpoint
        .Operation("listFailures", Failures.Name, "Records, uploads and events that were refused or failed, the latest first",
            "Those of the last 7 days (`failures.keep`). They are written within about a second after the answer, and left out when there "
            + "are too many. A key sees its own; with the scope read it sees all.")
        .Query("kind", Parameters.Text, "Only those of this kind", "bookings")
        .Query("id", Parameters.Text, "Only those of the record with this id", "132512")
        .Query("since", Parameters.Text, "Only those since this instant, with its offset", "2013-01-31T18:05:00Z")
        .Query("after", Parameters.Text, "The value of `next` in the page before")
        .Query("limit", Parameters.Limit, "The number of items on a page; 100 by default", 100)
        .Answers(typeof(FailureList), 200, "A page of failures", Json(
            """
            {"items":[{"at":"2013-01-31T18:05:00Z","system":"rides","kind":"bookings","id":"132512","sender":"xrides-backend",
             "code":"conflict","reason":"Another record with the id 132512 is stored.","trace_id":"91c553ddf9297a5ce04b9f76662c7458"}],
             "next":null}
            """))
        .Refuses("unauthorized", "too-many-requests", "internal",
            ("bad-request", "A parameter is unknown or wrong; the detail names each."), ("unavailable", "Postgres cannot be reached."));

    private static JsonNode Json(string text) => JsonNode.Parse(text)!;

    private static string Csv(Kind kind)
    {
        var sample = Json(kind.Json(kind.Sample)).AsObject();
        return $"{string.Join(',', sample.Select(field => field.Key))}\n{string.Join(',', sample.Select(field => field.Value))}\n";
    }

    private static string Pascal(string name) => string.Concat(name.Split('_').Select(word => char.ToUpperInvariant(word[0]) + word[1..]));
}
