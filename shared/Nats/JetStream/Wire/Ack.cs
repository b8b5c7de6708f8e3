using System.Buffers;
using System.Buffers.Text;
using System.Text;
using NATS.Client.Core;

namespace NATS.Client.JetStream.Wire;

internal enum AckVerb
{
    Ack,
    Nak,
    Progress,
    Terminate,
}

/// <summary>An acknowledgement, written straight into the outgoing buffer.</summary>
internal readonly record struct Ack(AckVerb Verb, TimeSpan Delay = default, string? Reason = null);

internal sealed class AckSerializer : INatsSerialize<Ack>
{
    public static readonly AckSerializer Default = new();

    public void Serialize(IBufferWriter<byte> bufferWriter, Ack value)
    {
        bufferWriter.Write(value.Verb switch
        {
            AckVerb.Ack => "+ACK"u8,
            AckVerb.Nak => "-NAK"u8,
            AckVerb.Progress => "+WPI"u8,
            _ => "+TERM"u8,
        });

        if (value.Delay > TimeSpan.Zero)
        {
            bufferWriter.Write(" {\"delay\": "u8);
            Utf8Formatter.TryFormat(NanosecondsConverter.ToNanoseconds(value.Delay), bufferWriter.GetSpan(20), out var written);
            bufferWriter.Advance(written);
            bufferWriter.Write("}"u8);
        }

        if (!string.IsNullOrEmpty(value.Reason))
        {
            bufferWriter.Write(" "u8);
            Encoding.UTF8.GetBytes(value.Reason, bufferWriter);
        }
    }
}
