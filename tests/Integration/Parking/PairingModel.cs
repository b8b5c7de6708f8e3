namespace RideIngest.Integration.Parking;

/// <summary>An entry or an exit of a test.</summary>
internal sealed record Passed(bool IsExit, string Id, string Plate, DateTimeOffset At)
{
    public string Json => IsExit
        ? $$"""{"id":"{{Id}}","vehicle_plate":"{{Plate}}","exit_date_time":"{{At:O}}"}"""
        : $$"""{"id":"{{Id}}","vehicle_plate":"{{Plate}}","entry_date_time":"{{At:O}}"}""";
}

/// <summary>The pairing rule, written down a second time and as simply as possible: over all events of a plate at once.</summary>
internal static class PairingModel
{
    /// <returns>The pairs of entry and exit, and the events without a partner by state; exits as if their grace were over.</returns>
    public static (HashSet<(string Entry, string Exit)> Pairs, Dictionary<(bool IsExit, string Id), string> Alone) Of(
        IEnumerable<Passed> events, TimeSpan longestStay)
    {
        var pairs = new HashSet<(string, string)>();
        var alone = new Dictionary<(bool, string), string>();
        foreach (var plate in events.Distinct().GroupBy(item => item.Plate))
        {
            Passed? entry = null;
            foreach (var item in plate.OrderBy(item => item.At).ThenBy(item => item.IsExit).ThenBy(item => item.Id, StringComparer.Ordinal))
            {
                if (!item.IsExit)
                {
                    if (entry is not null)
                        alone[(false, entry.Id)] = "superseded";
                    entry = item;
                    continue;
                }
                if (entry is not null && item.At - entry.At <= longestStay)
                    pairs.Add((entry.Id, item.Id));
                else
                    alone[(true, item.Id)] = "unmatched";
                if (entry is not null && item.At - entry.At > longestStay)
                    alone[(false, entry.Id)] = "open";
                entry = null;
            }
            if (entry is not null)
                alone[(false, entry.Id)] = "open";
        }
        return (pairs, alone);
    }
}
