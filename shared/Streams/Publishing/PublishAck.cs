using System.Buffers;
using System.Text.Json;
using NATS.Client.Core;

namespace RideIngest.Streams.Publishing;

/// <summary>The stream's answer to a publish: a sequence or an error.</summary>
/// <param name="Sequence">0 if the message was not stored or the answer has no sequence.</param>
/// <param name="Error">JetStream's error code; 0 for none.</param>
internal readonly record struct PublishAck(ulong Sequence, int Error, string? Reason)
{
    // Insufficient resources of the account, the server, its memory or its disk, or the stream's own limit.
    private static readonly int[] Full = [10002, 10023, 10028, 10047, 10077];

    /// <summary>Whether the stream is full, which only consumers can fix. Any other error means that the stream is unavailable.</summary>
    public bool IsFull => Full.Contains(Error);

    public static readonly INatsDeserialize<PublishAck> Reader = new AckReader();

    private sealed class AckReader : INatsDeserialize<PublishAck>
    {
        public PublishAck Deserialize(in ReadOnlySequence<byte> buffer)
        {
            // An empty message with a status means that there are no responders.
            if (buffer.IsEmpty)
                return default;
            var json = new Utf8JsonReader(buffer);
            ulong sequence = 0;
            var (error, reason) = (0, (string?)null);
            while (json.Read())
            {
                if (json.TokenType != JsonTokenType.PropertyName)
                    continue;
                if (json.ValueTextEquals("seq"u8) && json.Read())
                    sequence = json.GetUInt64();
                else if (json.ValueTextEquals("err_code"u8) && json.Read())
                    error = json.GetInt32();
                else if (json.ValueTextEquals("description"u8) && json.Read())
                    reason = json.GetString();
            }
            return new(sequence, error, reason);
        }
    }
}
