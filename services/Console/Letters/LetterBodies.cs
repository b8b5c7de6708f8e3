using System.ComponentModel;
using System.Text;
using System.Text.Json.Serialization;
using System.Text.Unicode;
using RideIngest.Storage.DeadLetters;

namespace RideIngest.Console.Letters;

[Description("A page of dead letters, the latest failure first")]
internal sealed record LetterPage(
    [property: Description("The letters, without their payloads")] IReadOnlyList<LetterItem> Items,
    [property: Description("The value of `after` for the next page; null on the last one")] string? Next);

[Description("A page of groups of equal failures, the one with the latest failure first")]
internal sealed record LetterGroupPage(
    [property: Description("The groups")] IReadOnlyList<LetterGroup> Items,
    [property: Description("The value of `after` for the next page; null on the last one")] string? Next,
    [property: Description(
        "False if only the latest letters are grouped: 10,000 if `key` or `owed` is given, or if there are more than 2,000 groups, and "
        + "2,000 if `text` is given. All parameters but `text` select before that.")]
    bool Whole);

[Description("Dead letters that failed equally")]
internal sealed record LetterGroup(
    [property: Description("What they have in common")] string Fingerprint,
    [property: Description("The system that could not process them")] string System,
    [property: Description("The stage of the system")] string Stage,
    [property: Description("The kind of their records or events")] string Kind,
    [property: Description("Who must act on the latest one")] DeadLetterClass Class,
    [property: Description("The reason")] string Code,
    [property: Description("The message of the latest one")] string Message,
    [property: Description("The id of the latest one")] long Sample,
    [property: Description("How many there are, counted up to 10,000")] long Count,
    [property: Description("True if there are more than `count`")] bool More,
    [property: Description("When the first one first failed")] DateTimeOffset FirstAt,
    [property: Description("When the latest one last failed")] DateTimeOffset LastAt)
{
    public static LetterGroup Of(DeadLetterGroup group) => new(
        group.Fingerprint, group.System, group.Stage, group.Kind, group.Class, group.Code, group.Message, group.Sample, group.Count,
        group.IsMore, group.FirstAt, group.LastAt);
}

[Description("A dead letter without its payload")]
internal sealed record LetterItem(
    [property: Description("The letter's id")] long Id,
    [property: Description("The system that could not process it")] string System,
    [property: Description("The stage of the system")] string Stage,
    [property: Description("The subject on which it arrived, and on which a replay sends it")] string Subject,
    [property: Description("The kind of its records or events")] string Kind,
    [property: Description("The id of the record or event; null for a whole frame, and for content without a readable id")] string? Key,
    [property: Description(
        "Who must act. `poison`: its sender, or an operator who corrects the content. `partner`: the third party that refused it. "
        + "`system`: the operator of this system.")]
    DeadLetterClass Class,
    [property: Description("The reason: a SQLSTATE or a code of the stage")] string Code,
    [property: Description("The reason in words")] string Message,
    [property: Description("Equal for equal failures of different records")] string Fingerprint,
    [property: Description("`open`: nobody has acted. `replayed`: sent again. `discarded`: closed without sending it.")]
    DeadLetterState State,
    [property: Description("How often it was tried")] int Attempts,
    [property: Description("How many of its senders may believe that it is kept; 0 if each was refused")] int Owed,
    [property: Description("The trace of the request that brought it")] string? TraceId,
    [property: Description("The length of its payload in bytes")] int PayloadBytes,
    [property: Description("When it first failed")] DateTimeOffset FirstAt,
    [property: Description("When it last failed")] DateTimeOffset LastAt)
{
    public static LetterItem Of(KeptDeadLetter kept) => new(
        kept.Id, kept.Letter.System, kept.Letter.Stage, kept.Letter.Subject, kept.Letter.Kind, kept.Letter.Key, kept.Letter.Class,
        kept.Letter.Code, kept.Letter.Message, kept.Fingerprint, kept.State, kept.Letter.Attempts, kept.Owed, kept.Letter.TraceId,
        kept.PayloadBytes, kept.FirstAt, kept.LastAt);
}

[Description("A dead letter with its payload and all actions on it")]
internal sealed record WholeLetter(
    [property: Description("The letter")] LetterItem Letter,
    [property: Description("The payload, whole")] LetterPayload Payload,
    [property: Description("The headers with which it is sent again")] IReadOnlyDictionary<string, string> Headers,
    [property: Description("All actions on it, in order")] IReadOnlyList<LetterAction> Actions)
{
    public static WholeLetter Of(KeptDeadLetter kept, IReadOnlyList<DeadLetterRecord> actions) => new(
        LetterItem.Of(kept), LetterPayload.Of(kept.Letter.Payload), kept.Letter.Headers, [.. actions.Select(LetterAction.Of)]);
}

[Description("Bytes, as text if they are text")]
internal sealed record LetterPayload(
    [property: Description("The content, in this encoding")] string Content,
    [property: Description("`utf8`: the content is the text itself. `base64`: it is not UTF-8.")] PayloadEncoding Encoding)
{
    public static LetterPayload Of(ReadOnlyMemory<byte> bytes) => Utf8.IsValid(bytes.Span)
        ? new(System.Text.Encoding.UTF8.GetString(bytes.Span), PayloadEncoding.Utf8)
        : new(Convert.ToBase64String(bytes.Span), PayloadEncoding.Base64);
}

internal enum PayloadEncoding
{
    Utf8,
    Base64,
}

[Description("An action on a dead letter")]
internal sealed record LetterAction(
    [property: Description("The action's id")] long Id,
    [property: Description("The letter's id")] long Letter,
    [property: Description("The id of the letter's record or event; null if it has none")] string? Key,
    [property: Description(
        "`replayed`, `discarded` and `restored` are actions of operators; `reopened`: the stage rejected the letter again.")]
    DeadLetterAction Action,
    [property: Description("The name of the key or token, `anyone` if none is required, or the system and stage that reopened it")]
    string Who,
    [property: Description("When")] DateTimeOffset At,
    [property: Description("The reason, if one was given; or that other content was sent without a check")] string? Note,
    [property: Description("True if something else was sent than the letter's own payload")] bool Edited,
    [property: Description("What was sent instead of the letter's own payload; null for its own, and in lists of actions on many letters")]
    LetterPayload? Payload)
{
    public static LetterAction Of(DeadLetterRecord done) => new(
        done.Id, done.Letter, done.Key, done.Action, done.Who, done.At, done.Note, done.Edited,
        done.Payload is { } sent ? LetterPayload.Of(sent) : null);
}

[Description("What became of a dead letter")]
internal sealed record LetterChange(
    [property: Description("The letter's id")] long Id,
    [property: Description("Its state now")] DeadLetterState State,
    [property: Description("That the content was not checked and why; left out if it was checked, or is the letter's own")]
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    string? Note = null);

[Description("Other content for a dead letter")]
internal sealed record ReplayRequest(
    [property: Description("An object, an array of objects, or a text of JSON lines, which its stage must be able to process.")]
    System.Text.Json.Nodes.JsonNode? Payload = null);

[Description("Why a dead letter is discarded")]
internal sealed record DiscardRequest([property: Description("The reason, of 1 to 1,000 characters")] string Reason);

[Description("A replay of many letters to create")]
internal sealed record ReplayOrderRequest(
    [property: Description("Selects the letters, with the parameters of the list. `{}` selects all open letters.")] ReplayFilter Filter,
    [property: Description("The most letters per second, from 1 to 10,000; 100 by default")] int? Rate = null,
    [property: Description("True to only count the letters")] bool? DryRun = null);

[Description("Dead letters to discard")]
internal sealed record DiscardOrderRequest(
    [property: Description("Selects the letters, with the parameters of the list. `{}` selects all open letters.")] ReplayFilter Filter,
    [property: Description("The reason, of 1 to 1,000 characters; not needed for a dry run")] string? Reason = null,
    [property: Description("True to only count the letters")] bool? DryRun = null);

[Description("Dead letters that were discarded or counted")]
internal sealed record LettersDiscarded(
    [property: Description("The number of letters that were open and selected at that moment")] long Total);

[Description("Selects dead letters; a property that is left out selects all")]
internal sealed record ReplayFilter(
    [property: Description("Only those of this system")] string? System = null,
    [property: Description("Only those of this stage")] string? Stage = null,
    [property: Description("Only those of this class")] DeadLetterClass? Class = null,
    [property: Description("Only those with this code")] string? Code = null,
    [property: Description("Always `open`")] DeadLetterState? State = null,
    [property: Description("Only those with this fingerprint")] string? Fingerprint = null,
    [property: Description("Only those of the record or event with this id")] string? Key = null,
    [property: Description("Only those that contain this text")] string? Text = null,
    [property: Description("Only those that a sender may believe to be kept, or only the others")] bool? Owed = null);

[Description("A replay that was created or counted")]
internal sealed record ReplayCreated(
    [property: Description("The replay's id; null for a dry run")] long? Id,
    [property: Description("The number of letters that were open and selected at that moment")] long Total);

[Description("The progress of a replay")]
internal sealed record ReplayProgress(
    [property: Description("The replay's id")] long Id,
    [property: Description("`running`, or `finished` when each letter had its turn")] DeadLetterReplayState State,
    [property: Description("The letters that it began with; letters that come later never belong to it")] long Total,
    [property: Description("Of these, replayed: published, or in the outbox to be published")] long Done,
    [property: Description("Of these, still open because they cannot be published: no stream has the subject, or a line is too long")]
    long Failed,
    [property: Description("Of these, closed by somebody else before their turn")] long Skipped,
    [property: Description("The most letters per second")] int Rate,
    [property: Description("Who created it")] string Who,
    [property: Description("The filter, as it was written")] IReadOnlyDictionary<string, string> Filter,
    [property: Description("When it was created")] DateTimeOffset CreatedAt,
    [property: Description("When it finished; null while it is running")] DateTimeOffset? FinishedAt)
{
    public static ReplayProgress Of(DeadLetterReplay replay) => new(
        replay.Id, replay.State, replay.Total, replay.Done, replay.Failed, replay.Skipped, replay.Rate, replay.Who, replay.Filter,
        replay.CreatedAt, replay.FinishedAt);
}

[Description("A page of actions on dead letters, the latest first")]
internal sealed record AuditPage(
    [property: Description("The actions, without payloads")] IReadOnlyList<LetterAction> Items,
    [property: Description("The value of `after` for the next page; null on the last one")] string? Next);
