using System.Buffers;
using System.Text;
using NATS.Client.Core;

namespace RideIngest.Streams.Rides;

/// <summary>Pads frames to whole blocks of the stream's file, and makes the stream's limit a multiple of the block size.</summary>
/// <remarks>
/// Before 2.10.5, nats-server ignores its own overhead per message when it checks for room. If the overhead does not fit, it deletes the
/// oldest message, which may already be answered 202. With whole blocks, a message that has room also has room for the overhead.
/// </remarks>
public static class FrameBlocks
{
    /// <summary>More than nats-server's overhead per message: 34 bytes and the subject.</summary>
    public const int Size = 128;

    private const int Around = 34;
    private const int VersionAndEnd = 12;
    private const int Separators = 4;

    /// <summary>Rounds a limit down to whole blocks.</summary>
    public static long Whole(long bytes) => bytes - (bytes % Size);

    /// <summary>Appends empty lines, which decoders ignore, until the message fills its last block.</summary>
    public static void Fill(IBufferWriter<byte> payload, int length, string subject, NatsHeaders headers)
    {
        var stored = Around + Encoding.UTF8.GetByteCount(subject) + VersionAndEnd + length;
        foreach (var (name, values) in headers)
        {
            foreach (var value in values)
                stored += name.Length + Encoding.UTF8.GetByteCount(value ?? "") + Separators;
        }
        var padding = (Size - (stored % Size)) % Size;
        payload.GetSpan(padding)[..padding].Fill((byte)'\n');
        payload.Advance(padding);
    }
}
