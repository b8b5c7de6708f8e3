using System.Buffers;
using System.Text.Json;
using NATS.Client.Core;

namespace RideIngest.Streams.Publishing;

/// <summary>The stream's answer to a publish: its place in the stream, or why there is none.</summary>
/// <param name="Sequence">0 when it is not stored, or when the answer does not say.</param>
/// <param name="Error">JetStream's error code; 0 when there is none.</param>
internal readonly record struct PublishAck(ulong Sequence, int Error, string? Reason)
{
    // The account's resources, the server's, its memory, its disk; and the stream's own limit.
    private static readonly int[] Full = [10002, 10023, 10028, 10047, 10077];

    /// <summary>
    /// The error is that there is no room, which only the consumers can mend. Any other says that there is no stream to be had.
    /// </summary>
    public bool IsFull => Full.Contains(Error);

    public static readonly INatsDeserialize<PublishAck> Reader = new AckReader();

    private sealed class AckReader : INatsDeserialize<PublishAck>
    {
        public PublishAck Deserialize(in ReadOnlySequence<byte> buffer)
        {
            // Empty: nobody listens on the subject, which the message's status says.
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
