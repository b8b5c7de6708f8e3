using System.Text.Json;
using RideIngest.Contracts.Outcomes;
using RideIngest.Hosting.Problems;

namespace RideIngest.Producer.Answers;

/// <summary>The outcome of one record of an upload.</summary>
/// <param name="Refusal">Set if the record has no outcome: it was not kept, or its state is unknown.</param>
internal readonly record struct UploadResult(
    long Index, long? Id, Status Status, string? Code = null, string? Error = null, Receipt? Receipt = null, Problem? Refusal = null)
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
        if (Code is not null)
            json.WriteString("code"u8, Code);
        if (IsFailure)
            json.WriteString("error"u8, Error ?? "");
        if (Refusal is { Retryable: true })
            json.WriteBoolean("retryable"u8, true);
        if (Receipt is not null)
            json.WriteString("receipt"u8, Receipt.ToString());
        json.WriteEndObject();
    }
}
