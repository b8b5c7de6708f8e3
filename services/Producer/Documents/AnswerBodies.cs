using System.ComponentModel;

namespace RideIngest.Producer.Documents;

/// <summary>The body that <see cref="Answers.RecordAnswer"/> writes, for the document; likewise the others here.</summary>
[Description("What became of a record")]
internal sealed record RecordOutcome(
    [property: Description("The record's id")] long Id,
    [property: Description(
        "`stored`: committed in Postgres (201). `duplicate`: the same record was stored before (200). "
        + "`accepted`: the stream has it, and its receipt tells how it ends (202).")]
    RecordStatus Status,
    [property: Description("Of an accepted record: what to ask `/v1/receipts/{receipt}` with")] string? Receipt = null);

internal enum RecordStatus
{
    Stored,
    Duplicate,
    Accepted,
}

[Description("What became of an upload")]
internal sealed record UploadOutcome(
    [property: Description("Records that were read, good or bad")] long Received,
    [property: Description("Of these, committed in Postgres")] long Stored,
    [property: Description("Of these, stored before")] long Duplicate,
    [property: Description("Of these, taken by the stream and not settled yet")] long Accepted,
    [property: Description("Of these, `invalid`, `conflict` or `failed`")] long Failed,
    [property: Description("The failures; with `results=all` every record")] IReadOnlyList<UploadLine> Results,
    [property: Description("True when there are more results than are listed")] bool? Truncated = null);

[Description("What became of one record of an upload")]
internal sealed record UploadLine(
    [property: Description("Its place in the upload, from 0")] long Index,
    [property: Description("Its id; null when it could not be read")] long? Id,
    [property: Description(
        "`stored`, `duplicate`, `accepted`: as for one record. `conflict`: another record with this id is stored, and stays. "
        + "`invalid`: it breaks a rule. `failed`: it was not kept, or the store refuses it.")]
    UploadStatus Status,
    [property: Description("Of a failed record: the store's code, or the type of the problem")] string? Code = null,
    [property: Description("Of a failure: what is wrong")] string? Error = null,
    [property: Description("True when the record may succeed if it is sent again")] bool? Retryable = null,
    [property: Description("Of an accepted record: its receipt")] string? Receipt = null);

internal enum UploadStatus
{
    Stored,
    Duplicate,
    Accepted,
    Conflict,
    Invalid,
    Failed,
}

[Description("How far the record of a receipt has come")]
internal sealed record ReceiptOutcome(
    [property: Description("The record's id")] long Id,
    [property: Description("The record's kind")] string Kind,
    [property: Description(
        "`accepted`: not settled yet. `stored`: committed in Postgres, by this request or another one. "
        + "`conflict`: another record with this id is stored. `failed`: the store refuses it.")]
    ReceiptStatus Status,
    [property: Description("Why it is a conflict, or failed")] string? Error = null);

internal enum ReceiptStatus
{
    Accepted,
    Stored,
    Conflict,
    Failed,
}

[Description("The answer of the old service")]
internal sealed record SaveOutcome(
    [property: Description("The booking's id; null when it could not be read")] long? Id,
    [property: Description("1: saved. 2: not saved, and `error` says why.")] int Type,
    [property: Description("Empty when it was saved")] string Error);
