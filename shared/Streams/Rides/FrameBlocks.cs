using System.Buffers;
using System.Text;
using NATS.Client.Core;

namespace RideIngest.Streams.Rides;

/// <summary>
/// Frames fill whole blocks of the stream's file, and the stream's limit is a number of them. Before 2.10.5, nats-server leaves out what it
/// writes around a message when it looks whether there is room for it; where that little does not fit, it deletes the oldest message, which
/// may be one that a 202 rests on. With whole blocks, what has room has room for that too.
/// </summary>
public static class FrameBlocks
{
    /// <summary>More than nats-server writes around a message: 34 bytes and the subject.</summary>
    public const int Size = 128;

    private const int Around = 34;
    private const int VersionAndEnd = 12;
    private const int Separators = 4;

    /// <summary>The largest limit that is a number of blocks.</summary>
    public static long Whole(long bytes) => bytes - (bytes % Size);

    /// <summary>Appends empty lines, which are no records, until the message fills its last block.</summary>
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
