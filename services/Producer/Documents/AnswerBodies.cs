using System.ComponentModel;

namespace RideIngest.Producer.Documents;

/// <summary>The bodies that <see cref="Answers.RecordAnswer"/> and the other answers write, for the OpenAPI document.</summary>
[Description("The outcome of a record")]
internal sealed record RecordOutcome(
    [property: Description("The record's id")] long Id,
    [property: Description(
        "`stored`: committed in Postgres (201). `duplicate`: the same record was stored before (200). "
        + "`accepted`: it is in the stream, and its receipt gives the outcome later (202).")]
    RecordStatus Status,
    [property: Description("The receipt of an accepted record, for `/v1/receipts/{receipt}`")] string? Receipt = null);

internal enum RecordStatus
{
    Stored,
    Duplicate,
    Accepted,
}

[Description("The outcome of an upload")]
internal sealed record UploadOutcome(
    [property: Description("Records read, valid or not")] long Received,
    [property: Description("Of these, committed in Postgres")] long Stored,
    [property: Description("Of these, already stored")] long Duplicate,
    [property: Description("Of these, in the stream and not settled yet")] long Accepted,
    [property: Description("Of these, `invalid`, `conflict` or `failed`")] long Failed,
    [property: Description("The records that are not `stored` or `duplicate`, or with `results=all` all records")]
    IReadOnlyList<UploadLine> Results,
    [property: Description("True if some results are left out")] bool? Truncated = null,
    [property: Description(
        "The number of results that are left out, because of the limits of `results` or for want of memory. Their records are counted "
        + "above. Send the upload again with `Accept: application/x-ndjson` to get every result; a record is stored only once.")]
    long? NotListed = null);

[Description("The outcome of one record of an upload")]
internal sealed record UploadLine(
    [property: Description(
        "The record's place in the upload, from 0: of all records, valid or not. The header of CSV and blank lines do not count.")]
    long Index,
    [property: Description("The record's id; null if it could not be read")] long? Id,
    [property: Description(
        "`stored`, `duplicate`, `accepted`: as for one record. `conflict`: a different record with this id is stored. "
        + "`invalid`: it breaks a rule. `failed`: it was not kept, or the database rejects it.")]
    UploadStatus Status,
    [property: Description("For a failure, the first field with a problem, if it concerns a field")] string? Field = null,
    [property: Description(
        "For a failure, the name of a problem type, such as `validation`, or the SQLSTATE (five characters) with which the database "
        + "rejects the record")]
    string? Code = null,
    [property: Description("For a failure, the reason, which begins with the place of an invalid record")] string? Error = null,
    [property: Description("For a failure, whether sending the same record again may succeed")] bool? Retryable = null,
    [property: Description("For an accepted record, its receipt")] string? Receipt = null);

internal enum UploadStatus
{
    Stored,
    Duplicate,
    Accepted,
    Conflict,
    Invalid,
    Failed,
}

[Description("The state of an accepted record")]
internal sealed record ReceiptOutcome(
    [property: Description("The record's id")] long Id,
    [property: Description("The record's kind")] string Kind,
    [property: Description(
        "`accepted`: not settled yet. `stored`: committed in Postgres, by this request or another. "
        + "`conflict`: a different record with this id is stored. `failed`: the database rejects it.")]
    ReceiptStatus Status,
    [property: Description("The reason of a conflict or failure")] string? Error = null);

internal enum ReceiptStatus
{
    Accepted,
    Stored,
    Conflict,
    Failed,
}

[Description("The answer of the old service")]
internal sealed record SaveOutcome(
    [property: Description("The booking's id; null if it could not be read")] long? Id,
    [property: Description("1: saved. 2: not saved, see `error`.")] int Type,
    [property: Description("The reason, or empty if it was saved")] string Error);
