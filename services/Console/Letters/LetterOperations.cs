using System.Text.Json.Nodes;
using RideIngest.Hosting.OpenApi;

namespace RideIngest.Console.Letters;

/// <summary>The operations on dead letters in the OpenAPI document.</summary>
internal static class LetterOperations
{
    private static readonly ProblemAnswer[] Reading =
        ["unauthorized", "forbidden", "too-many-requests", "internal", ("unavailable", "Postgres cannot be reached.")];

    private static readonly ProblemAnswer[] Acting =
    [
        "unauthorized", "forbidden", "too-many-requests", "internal", "letter-state",
        ("not-found", "There is no dead letter with this id."),
        ("unavailable", "Postgres cannot be reached. The action may be recorded: read the letter."),
    ];

    public static DocumentTag Tag { get; } = new("dead-letters", "Accepted messages that could not be processed, of all systems");

    public static void AsList(this IEndpointConventionBuilder endpoint) => endpoint
        .Operation("listDeadLetters", Tag.Name, "Dead letters, the latest failure first")
        .Filtered()
        .Paged()
        .Answers(typeof(LetterPage), 200, "A page of letters")
        .Refuses([.. Reading, ("bad-request", "A parameter is unknown or wrong; the detail names each.")]);

    public static void AsGroups(this IEndpointConventionBuilder endpoint) => endpoint
        .Operation("groupDeadLetters", Tag.Name, "Groups of equal failures, the one with the latest failure first")
        .Filtered()
        .Query("after", Parameters.Text, "The value of `next` in the page before")
        .Query("limit", Parameters.Limit, "The number of groups on a page, up to 100; 20 by default", 20)
        .Answers(typeof(LetterGroupPage), 200, "A page of groups")
        .Refuses([.. Reading, ("bad-request", "A parameter is unknown or wrong; the detail names each.")]);

    public static void AsLetter(this IEndpointConventionBuilder endpoint) => endpoint
        .Operation("getDeadLetter", Tag.Name, "A dead letter with its payload and history")
        .Path("id", Parameters.Id, "The letter's id")
        .Answers(typeof(WholeLetter), 200, "The letter")
        .Refuses([.. Reading, ("not-found", "There is no dead letter with this id.")]);

    public static void AsReplay(this IEndpointConventionBuilder endpoint) => endpoint
        .Operation("replayDeadLetter", Tag.Name, "Send a dead letter again",
            "It is published on its subject, also if NATS is away now: then later. If its stage rejects it again, it is open again. "
            + "Other content is checked first, by the rules of its kind: events by a process of their system. If none answers, it is sent "
            + "nevertheless, and the answer has a `note`.")
        .Path("id", Parameters.Id, "The letter's id")
        .TakesOptional(typeof(ReplayRequest), "Other content; needs the scope ops:edit too. Without a body, the letter's payload is sent.",
            Json("""{"payload":{"id":132512,"user_id":22177}}"""))
        .Answers(typeof(LetterChange), 202, "It is recorded as replayed, and is or will be published",
            Json("""{"id":7,"state":"replayed"}"""))
        .Refuses([.. Acting, "bad-request", "not-replayable",
            ("validation", "The other content would be rejected again; `errors` has its problems by field.")]);

    public static void AsDiscard(this IEndpointConventionBuilder endpoint) => endpoint
        .Operation("discardDeadLetter", Tag.Name, "Close a dead letter without sending it", "It is kept, and can be restored.")
        .Path("id", Parameters.Id, "The letter's id")
        .Takes(typeof(DiscardRequest), "The reason", Json("""{"reason":"a test of the sender"}"""))
        .Answers(typeof(LetterChange), 200, "It is discarded", Json("""{"id":7,"state":"discarded"}"""))
        .Refuses([.. Acting, ("bad-request", "The body has no reason.")]);

    public static void AsRestore(this IEndpointConventionBuilder endpoint) => endpoint
        .Operation("restoreDeadLetter", Tag.Name, "Open a discarded dead letter again")
        .Path("id", Parameters.Id, "The letter's id")
        .Answers(typeof(LetterChange), 200, "It is open", Json("""{"id":7,"state":"open"}"""))
        .Refuses(Acting);

    public static void AsReplays(this IEndpointConventionBuilder endpoint) => endpoint
        .Operation("replayDeadLetters", Tag.Name, "Send many dead letters again",
            "The letters that are open and selected now, and none that come later. If the process is stopped, another console goes on.")
        .Takes(typeof(ReplayOrderRequest), "Which letters, and how fast",
            Json("""{"filter":{"system":"rides","code":"23514"},"rate":100}"""))
        .Answers(typeof(ReplayCreated), 202, "The replay is created and begins", Json("""{"id":3,"total":1200}"""))
        .AnswerHeader(202, "Location", Parameters.Text, "The address of the replay")
        .Answers(typeof(ReplayCreated), 200, "A dry run: the letters are counted", Json("""{"id":null,"total":1200}"""))
        .Refuses([.. Reading, ("bad-request", "A property is unknown or wrong; the detail names each.")]);

    public static void AsDiscards(this IEndpointConventionBuilder endpoint) => endpoint
        .Operation("discardDeadLetters", Tag.Name, "Close many dead letters without sending them",
            "The letters that are open and selected now, all at once. Each is kept, and can be restored.")
        .Takes(typeof(DiscardOrderRequest), "Which letters, and why",
            Json("""{"filter":{"fingerprint":"9f86d081884c7d65"},"reason":"a test of the sender"}"""))
        .Answers(typeof(LettersDiscarded), 200, "They are discarded, or counted if it is a dry run", Json("""{"total":1200}"""))
        .Refuses([.. Reading, ("bad-request", "A property is unknown or wrong; the detail names each.")]);

    public static void AsProgress(this IEndpointConventionBuilder endpoint) => endpoint
        .Operation("getReplay", Tag.Name, "The progress of a replay")
        .Path("id", Parameters.Id, "The replay's id")
        .Answers(typeof(ReplayProgress), 200, "The progress")
        .Refuses([.. Reading, ("not-found", "There is no replay with this id.")]);

    public static void AsAudit(this IEndpointConventionBuilder endpoint) => endpoint
        .Operation("listDeadLetterActions", Tag.Name, "What was done to dead letters, the latest first")
        .Paged()
        .Answers(typeof(AuditPage), 200, "A page of actions")
        .Refuses([.. Reading, ("bad-request", "A parameter is unknown or wrong; the detail names each.")]);

    private static IEndpointConventionBuilder Filtered(this IEndpointConventionBuilder endpoint) => endpoint
        .Query("system", Parameters.Text, "Only those of this system", "rides")
        .Query("stage", Parameters.Text, "Only those of this stage", "store")
        .QueryChoice("class", "LetterClass", ["poison", "partner", "system"], "Only those of this class")
        .Query("code", Parameters.Text, "Only those with this code", "23514")
        .QueryChoice("state", "LetterState", ["open", "replayed", "discarded"], "Only those in this state")
        .Query("fingerprint", Parameters.Text, "Only those with this fingerprint", "9f86d081884c7d65")
        .Query("key", Parameters.Text, "Only those of the record or event with this id", "132512")
        .Query("text", Parameters.Text,
            "Only those that contain this text of 3 characters or more in their key, code, message or the first 2 KB of their payload. "
            + "The case of ASCII letters does not matter. A page may have fewer letters than its limit and still a `next`. "
            + "Needs the scope ops.", "user_id")
        .QueryChoice("owed", "LetterOwed", ["true", "false"], "Only those that a sender may believe to be kept, or only the others");

    private static IEndpointConventionBuilder Paged(this IEndpointConventionBuilder endpoint) => endpoint
        .Query("after", Parameters.Text, "The value of `next` in the page before")
        .Query("limit", Parameters.Limit, "The number of items on a page; 100 by default", 100);

    private static JsonNode Json(string text) => JsonNode.Parse(text)!;
}
