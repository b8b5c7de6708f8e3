using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using RideIngest.Contracts.Outcomes;
using RideIngest.Records.Kinds;

namespace RideIngest.Producer.Receipts;

/// <summary>The state of an accepted record.</summary>
internal readonly record struct ReceiptState(Status Status, string? Error = null)
{
    private static readonly JsonWriterOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public bool IsSettled => Status != Status.Accepted;

    public void Write(Receipt receipt, IBufferWriter<byte> output)
    {
        using var json = new Utf8JsonWriter(output, Json);
        json.WriteStartObject();
        json.WriteNumber("id"u8, receipt.Id);
        json.WriteString("kind"u8, receipt.Kind);
        json.WriteString("status"u8, Status.Word());
        if (Error is not null)
            json.WriteString("error"u8, Error);
        json.WriteEndObject();
    }
}
