using RideIngest.Faults.Worlds;

namespace RideIngest.Faults.Checking;

/// <summary>
/// Nobody is told of the events that a generator makes. But each of its processes numbers them one by one, from an upper half of its own
/// on, and makes new ones only when the stream has the last. So there are none missing before the last ones that are there, but those that
/// a killed process had in hand.
/// </summary>
internal static class GeneratedCheck
{
    private const int Half = 32;

    // It makes no more at once than are due in a second, give or take.
    private const int MostInHand = 2 * CasinoProcesses.GeneratedRate;

    public static bool IsGenerated(long id) => id >> Half > 0;

    /// <param name="killed">Whether a process may have ended with events in hand.</param>
    public static IEnumerable<Finding> Find(IEnumerable<long> printed, bool killed)
    {
        foreach (var process in printed.Where(IsGenerated).GroupBy(id => id >> Half))
        {
            var ids = process.Select(id => id & uint.MaxValue).ToHashSet();
            var last = ids.Max();
            for (var id = 0L; id < last; id++)
            {
                if (!ids.Contains(id) && !(killed && last - id < MostInHand))
                    yield return new Finding(
                        Break.Lost, $"event {(process.Key << Half) + id} of a generator is missing, and {last - id} came after it");
            }
        }
    }
}
