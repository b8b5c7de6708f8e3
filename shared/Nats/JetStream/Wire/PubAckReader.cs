using System.Buffers;
using System.Text.Json;
using NATS.Client.Core;
using NATS.Client.JetStream.Models;

namespace NATS.Client.JetStream.Wire;

/// <summary>Reads publish acknowledgements from the receive buffer; allocates the answer only.</summary>
internal sealed class PubAckReader : INatsDeserialize<PubAckResponse>
{
    public static readonly PubAckReader Default = new();

    private readonly NameCache _names = new();

    public PubAckResponse? Deserialize(in ReadOnlySequence<byte> buffer)
    {
        var reader = new Utf8JsonReader(buffer);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException("A publish acknowledgement is a JSON object.");

        var ack = new PubAckResponse();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("stream"u8))
            {
                ack.Stream = ReadName(ref reader);
            }
            else if (reader.ValueTextEquals("seq"u8))
            {
                reader.Read();
                ack.Seq = reader.GetUInt64();
            }
            else if (reader.ValueTextEquals("duplicate"u8))
            {
                reader.Read();
                ack.Duplicate = reader.GetBoolean();
            }
            else if (reader.ValueTextEquals("domain"u8))
            {
                ack.Domain = ReadName(ref reader);
            }
            else if (reader.ValueTextEquals("val"u8))
            {
                reader.Read();
                ack.Value = reader.GetString();
            }
            else if (reader.ValueTextEquals("error"u8))
            {
                ack.Error = JsonSerializer.Deserialize(ref reader, JetStreamJson.Default.ApiError);
            }
            else
            {
                reader.Skip();
            }
        }

        return ack;
    }

    private string? ReadName(ref Utf8JsonReader reader)
    {
        reader.Read();
        return reader.HasValueSequence || reader.ValueIsEscaped ? reader.GetString() : _names.Get(reader.ValueSpan);
    }
}
