namespace RideIngest.Casino.Aggregates;

/// <summary>Remembers the ids of recently counted events, so that each counts once.</summary>
/// <remarks>
/// A bit per id, in runs of 64 ids and two generations of 500,000 runs each; a full young generation replaces the old one. This covers at
/// least the last 500,000 events whatever their ids, or 32 million with consecutive ids, in about 40 MB. The stream itself drops events
/// that are published again within two minutes. A frame of a crashed process is delivered again after 30 seconds, so its events are still
/// known at up to 16,000 events a second with scattered ids.
/// </remarks>
internal sealed class SeenEvents(int runsOfGeneration = SeenEvents.RunsOfGeneration)
{
    public const int RunsOfGeneration = 500_000;

    private Dictionary<long, ulong> _young = [];
    private Dictionary<long, ulong> _old = [];

    /// <returns>False if the event was seen before.</returns>
    public bool Add(long id)
    {
        var run = id >> 6;
        var bit = 1UL << (int)(id & 63);
        var known = _young.TryGetValue(run, out var seen);
        if (((seen | _old.GetValueOrDefault(run)) & bit) != 0)
            return false;
        if (!known && _young.Count == runsOfGeneration)
        {
            (_young, _old) = (_old, _young);
            _young.Clear();
        }
        _young[run] = seen | bit;
        return true;
    }

    public void Clear()
    {
        _young.Clear();
        _old.Clear();
    }
}
