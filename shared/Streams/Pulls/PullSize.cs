namespace RideIngest.Streams.Pulls;

/// <summary>
/// Computes how many messages a pull asks for: as many as fit into a number of bytes at the size of the largest recent message. A pull
/// limited by bytes would be exact, but NATS.Net drops its messages beyond 1,000 and forgets the limit when it reconnects.
/// </summary>
internal sealed class PullSize(long bytes)
{
    /// <summary>
    /// Large enough to make the cost of a pull small, and small enough to limit a burst when messages suddenly become larger.
    /// </summary>
    private const int Most = 64;

    // A larger message counts at once and is forgotten over a few dozen smaller ones.
    private const int Memory = 32;

    private int _large = 1;

    public int Messages => (int)Math.Clamp(bytes / Volatile.Read(ref _large), 1, Most);

    public void Saw(int size)
    {
        // Two pulls may write at the same time; either value works until the next message.
        var large = Volatile.Read(ref _large);
        Volatile.Write(ref _large, Math.Max(1, size > large ? size : large - ((large - size) / Memory)));
    }
}
