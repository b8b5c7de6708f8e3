using System.Text.Json;
using RideIngest.Contracts.Outcomes;
using RideIngest.Hosting.Problems;

namespace RideIngest.Producer.Answers;

/// <summary>The outcome of one record of an upload.</summary>
/// <param name="Code">For a failure, the SQLSTATE of Postgres or the problem type.</param>
/// <param name="Field">The first field with a problem.</param>
/// <param name="Refusal">Set if the record has no outcome: it was not kept, or its state is unknown.</param>
internal readonly record struct UploadResult(
    long Index, long? Id, Status Status, string? Code = null, string? Error = null, string? Field = null, Receipt? Receipt = null,
    Problem? Refusal = null)
{
    public bool IsFailure => Status is Status.Invalid or Status.Conflict or Status.Failed;

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteNumber("index"u8, Index);
        if (Id is { } id)
            json.WriteNumber("id"u8, id);
        else
            json.WriteNull("id"u8);
        json.WriteString("status"u8, Status.Word());
        if (Field is not null)
            json.WriteString("field"u8, Field);
        if (Code is not null)
            json.WriteString("code"u8, Code);
        if (IsFailure)
        {
            json.WriteString("error"u8, Error ?? "");
            json.WriteBoolean("retryable"u8, Refusal is { Retryable: true });
        }
        if (Receipt is not null)
            json.WriteString("receipt"u8, Receipt.ToString());
        json.WriteEndObject();
    }
}
