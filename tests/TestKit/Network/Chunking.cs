namespace RideIngest.TestKit.Network;

/// <summary>How a proxy or a script cuts a byte stream into separate writes.</summary>
public abstract record Chunking
{
    /// <summary>Forwards each read as it came.</summary>
    public static Chunking AsRead { get; } = new AsReadChunking();

    /// <summary>Cuts everything into pieces of at most <paramref name="size"/> bytes.</summary>
    public static Chunking Of(int size) => new FixedChunking(size);

    /// <summary>Cuts at these offsets, counted from the first byte of the connection.</summary>
    public static Chunking At(params long[] offsets) => new OffsetChunking(offsets);

    /// <summary>
    /// Gathers at least <paramref name="size"/> bytes into one write, waiting at most <paramref name="patience"/> for them.
    /// </summary>
    public static Chunking Join(int size, TimeSpan patience) => new JoinChunking(size, patience);

    /// <summary>The length of the next piece, of <paramref name="available"/> bytes that begin at <paramref name="position"/>.</summary>
    public abstract int NextLength(long position, int available);

    /// <summary>Bytes worth waiting for before forwarding.</summary>
    internal virtual int Least => 1;

    internal virtual TimeSpan Patience => TimeSpan.Zero;

    private sealed record AsReadChunking : Chunking
    {
        public override int NextLength(long position, int available) => available;
    }

    private sealed record FixedChunking(int Size) : Chunking
    {
        public override int NextLength(long position, int available) => Math.Min(Size, available);
    }

    private sealed record OffsetChunking(long[] Offsets) : Chunking
    {
        public override int NextLength(long position, int available)
        {
            var next = Offsets.Where(offset => offset > position).DefaultIfEmpty(long.MaxValue).Min();
            return (int)Math.Min(next - position, available);
        }
    }

    private sealed record JoinChunking(int Size, TimeSpan Wait) : Chunking
    {
        internal override int Least => Size;
        internal override TimeSpan Patience => Wait;
        public override int NextLength(long position, int available) => available;
    }
}
