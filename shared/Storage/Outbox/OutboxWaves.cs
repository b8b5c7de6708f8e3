namespace RideIngest.Storage.Outbox;

/// <summary>Publishes events one message each: those of different keys side by side, those of a key one after the other.</summary>
public static class OutboxWaves
{
    /// <param name="publish">Returns whether the stream has the event.</param>
    /// <returns>For each event whether the stream has it. After one that it does not have, others of its key are not published; after an
    /// exception, none. It is thrown if no event was published.</returns>
    public static async Task<IReadOnlyList<bool>> PublishAsync(IReadOnlyList<OutboxEvent> events, Func<OutboxEvent, Task<bool>> publish)
    {
        var published = new bool[events.Count];
        var ended = new HashSet<string>();
        foreach (var wave in Waves(events))
        {
            try
            {
                await Task.WhenAll(wave.Where(place => !ended.Contains(events[place].Key)).Select(async place =>
                    published[place] = await publish(events[place])));
            }
            catch (Exception) when (Array.IndexOf(published, true) >= 0)
            {
                break;
            }
            ended.UnionWith(wave.Where(place => !published[place]).Select(place => events[place].Key));
        }
        return published;
    }

    // The first event of each key, then the second of each, and so on.
    private static List<List<int>> Waves(IReadOnlyList<OutboxEvent> events)
    {
        var waves = new List<List<int>>();
        var earlier = new Dictionary<string, int>();
        for (var place = 0; place < events.Count; place++)
        {
            var wave = earlier.GetValueOrDefault(events[place].Key);
            earlier[events[place].Key] = wave + 1;
            if (wave == waves.Count)
                waves.Add([]);
            waves[wave].Add(place);
        }
        return waves;
    }
}
