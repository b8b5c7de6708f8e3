namespace RideIngest.CheckIn.Taps;

/// <summary>A tap that waits to be stored.</summary>
internal sealed class PendingTap(TracedTap tap)
{
    public TracedTap Tap => tap;

    /// <summary>Null if it is not stored, as far as is known.</summary>
    public TapOutcome? Outcome { get; set; }

    /// <summary>Whether it was sent to Postgres, which may store it later.</summary>
    public bool WasSent { get; set; }
}
