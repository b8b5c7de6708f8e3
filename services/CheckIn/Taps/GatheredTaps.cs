using RideIngest.Streams.Gathering;

namespace RideIngest.CheckIn.Taps;

/// <summary>Taps that gather to be stored in one commit.</summary>
internal sealed class GatheredTaps : IGatheredFrame<PendingTap>
{
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<PendingTap> _taps = [];

    public int Count => _taps.Count;

    public bool IsSettled => _ended.Task.IsCompleted;

    public Task Ended => _ended.Task;

    public IReadOnlyList<PendingTap> Taps => _taps;

    public void Add(PendingTap item) => _taps.Add(item);

    /// <summary>Marks all as sent.</summary>
    public void Sent() => _taps.ForEach(tap => tap.WasSent = true);

    public void End() => _ended.TrySetResult();
}

/// <summary>A tap that waits to be stored.</summary>
internal sealed class PendingTap(TracedTap tap)
{
    public TracedTap Tap => tap;

    /// <summary>Null if it is not stored, as far as is known.</summary>
    public TapOutcome? Outcome { get; set; }

    /// <summary>Whether it was sent to Postgres, which may store it later.</summary>
    public bool WasSent { get; set; }
}
