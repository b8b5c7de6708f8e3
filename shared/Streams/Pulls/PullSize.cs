namespace RideIngest.Streams.Pulls;

/// <summary>
/// How many messages a pull asks for: as many as fit into so many bytes if they are as large as the largest recent one. A pull that is
/// limited by bytes would be exact, but NATS.Net drops what such a pull brings beyond 1,000 messages, and forgets the limit when it
/// reconnects.
/// </summary>
internal sealed class PullSize(long bytes)
{
    /// <summary>Enough to make a pull's own cost small, and no more arrive at once when messages suddenly become larger.</summary>
    private const int Most = 64;

    // A larger message counts at once; it is forgotten over some dozens of smaller ones.
    private const int Memory = 32;

    private int _large = 1;

    public int Messages => (int)Math.Clamp(bytes / Volatile.Read(ref _large), 1, Most);

    public void Saw(int size)
    {
        // Two pulls may write at a time. Either value will do until the next message.
        var large = Volatile.Read(ref _large);
        Volatile.Write(ref _large, Math.Max(1, size > large ? size : large - ((large - size) / Memory)));
    }
}
