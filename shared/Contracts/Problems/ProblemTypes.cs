namespace RideIngest.Contracts.Problems;

/// <summary>A type of problem: what its address, <c>/problems/{name}</c>, says.</summary>
public sealed record ProblemType(int Status, string Name, bool Retryable, string Meaning, string Action);

/// <summary>Every type of problem there is. They are stable: senders decide by them.</summary>
public static class ProblemTypes
{
    private const string Correct = "Correct the request as its detail says; the same one will be refused again.";
    private const string ComeBack = "Send it again after Retry-After.";
    private const string SendAgain = "Send it again: a record is stored once.";

    public static IReadOnlyList<ProblemType> All { get; } =
    [
        new(400, "bad-request", false, "The request cannot be understood: its body cannot be read, or an option has a value that is none.",
            Correct),
        new(401, "unauthorized", false, "Who is asking is not known: no API key was sent, or an unknown one, or a token that is "
            + "not accepted.",
            "Send an API key or a token, as 'Authorization: Bearer …' or 'X-Api-Key: …'."),
        new(403, "forbidden", false, "The key does not allow this.", "Ask the operator for a key with the scope that the detail names."),
        new(404, "not-found", false, "There is nothing at this address: no such record or receipt, or no such path.", "Check the address."),
        new(405, "method-not-allowed", false, "The path does not serve this method.", "Use one of those that the header Allow lists."),
        new(406, "not-acceptable", false, "The answer cannot be given in a form that the header Accept lists.", "Accept application/json."),
        new(408, "request-timeout", true, "The body came more slowly than is waited for.", SendAgain),
        new(409, "conflict", false, "Another record with this id is stored, and stays.",
            "Read the stored one. To store this one too, give it an id of its own."),
        new(413, "too-large", false, "The body, or a record in it, is larger than is taken here.",
            "Split an upload, or send less in a record."),
        new(415, "unsupported-media-type", false, "The body's Content-Type is not read here.", "Send one that the detail lists, in UTF-8."),
        new(415, "unsupported-content-encoding", false, "Compressed bodies are not read.",
            "Send the body as it is, without Content-Encoding."),
        new(421, "misdirected", false, "No key is asked for here, so only host names of this machine are answered, such as localhost.",
            "Send it to localhost, or ask the operator to set auth.mode or auth.open."),
        new(422, "validation", false, "The content breaks a rule; errors says which, by field.", Correct),
        new(422, "not-storable", false, "The store refuses the record, for the reason in the detail. It is kept as a dead letter.",
            "Correct the record; if it is right, ask the operator."),
        new(429, "rate-limit", true, "The key's limit of records per second is used up. Nothing was kept.", ComeBack),
        new(429, "too-many-requests", true, "As many requests of one sender as may be are being answered.", ComeBack),
        new(500, "internal", true, "Something went wrong here. It has been logged under the trace id.",
            $"{SendAgain} If it goes on, give the operator the trace id."),
        new(503, "busy", true, "Too much is in work here. Nothing was kept.", ComeBack),
        new(503, "stream-full", true, "Too much waits to be stored. Nothing was kept.", ComeBack),
        new(503, "unavailable", true,
            "What this request needs cannot be reached now. A record that was being sent was not kept; those taken before are safe.",
            ComeBack),
        new(504, "outcome-unknown", true, "Whether the record was kept is not known.", SendAgain),
        new(400, "refused", false, "The request is refused, with a status of 4xx that has no type of its own.", Correct),
        new(500, "server-error", true, "Something went wrong here, with a status of 5xx that has no type of its own.", SendAgain),
    ];

    public static ProblemType Named(string name) =>
        Find(name) ?? throw new ArgumentException($"There is no problem type {name}.", nameof(name));

    public static ProblemType? Find(string name) => All.FirstOrDefault(type => type.Name == name);
}
