namespace RideIngest.Casino.Aggregates;

/// <summary>
/// The ids of the events that were counted last, so that each counts once. A bit for each id, in runs of 64 ids, in two generations of half
/// a million runs: the older is forgotten when the younger is full. That is at least the last half a million events, however their ids are
/// made, and 32 million where ids are consecutive, as the generator's, in some 40 MB. What a role hands on twice within two minutes, the
/// stream stores once; a frame that was in the hands of a process that died is delivered again after 30 seconds, in which at most half a
/// million events with scattered ids may come, 16,000 a second, for it to be known still.
/// </summary>
internal sealed class SeenEvents(int runsOfGeneration = SeenEvents.RunsOfGeneration)
{
    public const int RunsOfGeneration = 500_000;

    private Dictionary<long, ulong> _young = [];
    private Dictionary<long, ulong> _old = [];

    /// <returns>False when the event has been seen.</returns>
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
