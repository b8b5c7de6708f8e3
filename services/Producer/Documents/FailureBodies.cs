using System.ComponentModel;
using System.Text.Json.Serialization;
using RideIngest.Records.Kinds;
using RideIngest.Storage.DeadLetters;
using RideIngest.Storage.Failures;

namespace RideIngest.Producer.Documents;

[Description("A page of failures, the latest first")]
internal sealed record FailureList(
    [property: Description("The failures")] IReadOnlyList<FailureItem> Items,
    [property: Description("The value of `after` for the next page; null on the last one")] string? Next);

[Description("A record, upload or event that was refused or failed")]
internal sealed record FailureItem(
    [property: Description("When")] DateTimeOffset At,
    [property: Description("The system that it was sent to: `rides` for records")] string System,
    [property: Description("The kind of record or event")] string Kind,
    [property: Description("The id as text; null if it could not be read, and for a whole request that was refused")] string? Id,
    [property: Description("The name of the key or token that sent it; null if none is required")] string? Sender,
    [property: Description(
        "The name of a problem type, such as `validation`, or the SQLSTATE (five characters) with which the database rejects it")]
    string Code,
    [property: Description("The reason, as it was answered")] string Reason,
    [property: Description("The trace of the request, as in the answer")] string? TraceId)
{
    public static FailureItem Of(RecordedFailure failure) => new(
        failure.At, failure.System, failure.Kind, failure.Key, failure.Sender, failure.Code, failure.Reason, failure.TraceId);
}

/// <summary>The problem that <see cref="Receipts.MissingRecords"/> makes.</summary>
[Description("A record that is not stored (RFC 9457), with what is known about it")]
internal sealed record MissingRecord(
    [property: Description("`/problems/not-found`")] string Type,
    [property: Description("A short summary")] string Title,
    [property: Description("The status code of the answer")] int Status,
    [property: Description("The id; null if it is invalid")] RecordId Id,
    [property: Description("Always false")] bool Retryable,
    [property: Description("Identifies the request in traces and logs"), JsonPropertyName("traceId")] string TraceId,
    [property: Description("Details of this occurrence")] string? Detail = null,
    [property: Description("The latest open dead letter of a record with this id, if there is one")] MissingLetter? DeadLetter = null,
    [property: Description("The last failure of a record with this id, if there is one that the key may see")]
    MissingFailure? LastFailure = null);

[Description("A dead letter: a record that was accepted, and that the database rejected")]
internal sealed record MissingLetter(
    [property: Description("The dead letter's id, for operators")] long Id,
    [property: Description("When it last failed")] DateTimeOffset At,
    [property: Description("The reason: a SQLSTATE or a code of the stage")] string Code,
    [property: Description("The reason in words")] string Reason)
{
    public static MissingLetter Of(KeptDeadLetter kept) => new(kept.Id, kept.LastAt, kept.Letter.Code, kept.Letter.Message);
}

[Description("The last time that a record was refused or failed")]
internal sealed record MissingFailure(
    [property: Description("When")] DateTimeOffset At,
    [property: Description("The name of a problem type, or a SQLSTATE")] string Code,
    [property: Description("The reason, as it was answered")] string Reason,
    [property: Description("The trace of the request")] string? TraceId)
{
    public static MissingFailure Of(RecordedFailure failure) => new(failure.At, failure.Code, failure.Reason, failure.TraceId);
}
