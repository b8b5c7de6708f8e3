namespace RideIngest.Casino.Aggregates;

/// <summary>
/// The ids of the events that were counted last, so that each counts once. A bit for each id, in runs of 64 ids: a million runs are remembered, in some 40 MB.
/// That is at least the last million events, however their ids are made, and 64 million where ids are consecutive, as the generator's. What a role hands on twice
/// within two minutes, the stream stores once; a frame that was in the hands of a process that died is delivered again after 30 seconds, in which at most a
/// million events with scattered ids may come, 33,000 a second, for it to be known still.
/// </summary>
internal sealed class SeenEvents(int mostRuns = SeenEvents.MostRuns)
{
    public const int MostRuns = 1_000_000;

    private readonly Dictionary<long, ulong> _runs = [];
    private readonly Queue<long> _order = new();

    /// <returns>False when the event has been seen.</returns>
    public bool Add(long id)
    {
        var run = id >> 6;
        var bit = 1UL << (int)(id & 63);
        ref var seen = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(_runs, run, out var known);
        if ((seen & bit) != 0) return false;
        seen |= bit;
        if (known) return true;
        _order.Enqueue(run);
        if (_order.Count > mostRuns) _runs.Remove(_order.Dequeue());
        return true;
    }

    public void Clear()
    {
        _runs.Clear();
        _order.Clear();
    }
}
