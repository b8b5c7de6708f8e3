using System.Buffers;
using System.Buffers.Text;
using NATS.Client.Core;

namespace NATS.Client.JetStream.Wire;

/// <summary>Asks a consumer for messages. Members at their default are left out.</summary>
internal readonly record struct PullRequest(long Batch, long MaxBytes, TimeSpan Expires, TimeSpan IdleHeartbeat, bool NoWait);

internal sealed class PullRequestWriter : INatsSerialize<PullRequest>
{
    public static readonly PullRequestWriter Default = new();

    public void Serialize(IBufferWriter<byte> bufferWriter, PullRequest value)
    {
        bufferWriter.Write("{\"batch\":"u8);
        WriteNumber(bufferWriter, value.Batch);
        WriteMember(bufferWriter, ",\"max_bytes\":"u8, value.MaxBytes);
        WriteMember(bufferWriter, ",\"expires\":"u8, NanosecondsConverter.ToNanoseconds(value.Expires));
        WriteMember(bufferWriter, ",\"idle_heartbeat\":"u8, NanosecondsConverter.ToNanoseconds(value.IdleHeartbeat));
        bufferWriter.Write(value.NoWait ? ",\"no_wait\":true}"u8 : "}"u8);
    }

    private static void WriteMember(IBufferWriter<byte> writer, ReadOnlySpan<byte> name, long value)
    {
        if (value != 0)
        {
            writer.Write(name);
            WriteNumber(writer, value);
        }
    }

    private static void WriteNumber(IBufferWriter<byte> writer, long value)
    {
        Utf8Formatter.TryFormat(value, writer.GetSpan(20), out var written);
        writer.Advance(written);
    }
}
