namespace RideIngest.Contracts.Problems;

/// <summary>A type of problem, as documented at <c>/problems/{name}</c>.</summary>
public sealed record ProblemType(int Status, string Name, bool Retryable, string Meaning, string Action);

/// <summary>All problem types. Names and statuses are stable, because clients depend on them.</summary>
public static class ProblemTypes
{
    private const string Correct = "Correct the request as its detail says; the same request will be refused again.";
    private const string ComeBack = "Send the request again after Retry-After.";
    private const string SendAgain = "Send the request again: a record is stored only once.";

    public static IReadOnlyList<ProblemType> All { get; } =
    [
        new(400, "bad-request", false, "The request is malformed: its body cannot be read, or an option has an invalid value.",
            Correct),
        new(401, "unauthorized", false, "The request has no API key, an unknown API key, or a token that is "
            + "not accepted.",
            "Send an API key or a token, as 'Authorization: Bearer …' or 'X-Api-Key: …'."),
        new(403, "forbidden", false, "The key lacks the required scope.",
            "Ask the operator for a key with the scope that the detail names."),
        new(404, "not-found", false, "The record, receipt or path does not exist.", "Check the address: /docs describes all paths."),
        new(405, "method-not-allowed", false, "The path does not support this method.", "Use a method that the header Allow lists."),
        new(406, "not-acceptable", false, "The answer is not available in a type that Accept lists.", "Accept application/json."),
        new(408, "request-timeout", true, "The body arrived too slowly.", SendAgain),
        new(409, "conflict", false, "A different record with this id is stored, and is kept.",
            "Read the stored record. To store this one too, give it another id."),
        new(409, "letter-state", false, "The dead letter's state does not allow the action: another one was first. The detail names it.",
            "Read the letter again. A discarded one can be restored."),
        new(409, "not-replayable", false, "The dead letter cannot be published as it is, for the reason in the detail. It stays open.",
            "Remove the cause, or send other content."),
        new(409, "settled", false, "An operator paired the entry with another exit.",
            "Separate these first, with entry_id null for that exit."),
        new(409, "tapped-twice", false, "The employee tapped just before. The tap does not count; the answer has the record and the "
            + "action of the one that did.",
            "Show that action. A tap after checkin.duplicate_window counts."),
        new(409, "record-closed", false, "The attendance record is closed already.", "Read the record again."),
        new(409, "ride-stopped", false, "The ride is down or closed.", "Choose another ride, or wait until this one operates."),
        new(409, "in-queue", false, "The customer is in the queue of another ride.", "Leave that queue first."),
        new(409, "in-no-queue", false, "The customer is in no queue.", "Read the customer again."),
        new(409, "on-ride", false, "The customer is on a ride.", "Join when the ride is back."),
        new(409, "has-left", false, "The customer has left the park.", "Let the customer enter again, which gives a new id."),
        new(409, "boards-by-clock", false, "The ride leaves by the clock, so departures are not reported.",
            "Add the ride with boarding reported."),
        new(409, "departure-order", false, "The departure is older than the last ones that are recorded.", "Report departures sooner."),
        new(413, "too-large", false, "The body, or a record in it, is too large.",
            "Split the upload, or make the record smaller."),
        new(415, "unsupported-media-type", false, "The body's Content-Type is not supported.",
            "Send a type that the detail lists, in UTF-8."),
        new(415, "unsupported-content-encoding", false, "Compressed bodies are not supported.",
            "Send the body uncompressed, without Content-Encoding."),
        new(421, "misdirected", false, "No key is required here, so only local host names such as localhost are accepted.",
            "Send it to localhost, or ask the operator to set auth.mode or auth.open."),
        new(422, "validation", false, "The content breaks a rule; errors lists the problems by field.", Correct),
        new(422, "not-storable", false, "The database rejects the record, for the reason in the detail. It is kept as a dead letter.",
            "Correct the record; if it is correct, ask the operator."),
        new(429, "rate-limit", true, "The key's limit of records per second is exceeded. Nothing was kept.", ComeBack),
        new(429, "too-many-requests", true, "Too many requests of this sender are in progress.", ComeBack),
        new(500, "internal", true, "An unexpected error occurred. It is logged under the trace id.",
            $"{SendAgain} If the error persists, give the operator the trace id."),
        new(503, "busy", true, "The server is overloaded. Nothing was kept.", ComeBack),
        new(503, "stream-full", true, "The backlog of records to store is too large. Nothing was kept.", ComeBack),
        new(503, "unavailable", true,
            "A required server cannot be reached. The record being sent was not kept; records accepted before are safe.",
            ComeBack),
        new(504, "outcome-unknown", true, "It is unknown whether the record was kept.", SendAgain),
        new(400, "refused", false, "The request was refused with a 4xx status that has no type of its own.", Correct),
        new(500, "server-error", true, "An error occurred with a 5xx status that has no type of its own.", SendAgain),
    ];

    public static ProblemType Named(string name) =>
        Find(name) ?? throw new ArgumentException($"There is no problem type {name}.", nameof(name));

    public static ProblemType? Find(string name) => All.FirstOrDefault(type => type.Name == name);
}
