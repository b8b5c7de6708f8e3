using System.Globalization;

namespace RideIngest.Faults.Checking;

/// <summary>What a process that has nothing to do holds on to, as its <c>/metrics</c> say.</summary>
/// <param name="Megabytes">Of memory that is resident.</param>
/// <param name="Timers">Each wait with a deadline has one, whether it is awaited or was forgotten.</param>
/// <param name="Threads">Of the pool. One that waits for something keeps its place, and another comes for the work behind it.</param>
/// <param name="Queued">Pieces of work that wait for a thread.</param>
internal sealed record Holding(double Megabytes, double Timers, double Threads, double Queued)
{
    // Memory that is free is kept until the machine needs it, so that this finds only what goes on growing. The others come back to nearly
    // what they were.
    private const double MoreMegabytes = 512;
    private const double MoreTimers = 32;
    private const double MoreThreads = 32;
    private const double MostQueued = 8;

    public static Holding Read(string metrics) => new(
        Known(metrics, "dotnet_process_memory_working_set_bytes") / (1024 * 1024),
        Known(metrics, "dotnet_timer"),
        Known(metrics, "dotnet_thread_pool_thread"),
        Known(metrics, "dotnet_thread_pool_queue_length"));

    /// <summary>Over all labels; null when there is no such name.</summary>
    public static double? Sum(string metrics, string name)
    {
        var values = metrics.Split('\n')
            .Where(line => line.StartsWith(name, StringComparison.Ordinal) && line.Length > name.Length && line[name.Length] is ' ' or '{')
            .Select(line => double.Parse(line.AsSpan(line.LastIndexOf(' ') + 1), CultureInfo.InvariantCulture))
            .ToList();
        return values.Count == 0 ? null : values.Sum();
    }

    /// <summary>What has grown beyond its bound.</summary>
    public IEnumerable<string> GrownSince(Holding first)
    {
        if (Megabytes > first.Megabytes + MoreMegabytes)
            yield return Said("MB of memory", first.Megabytes, Megabytes);
        if (Timers > first.Timers + MoreTimers)
            yield return Said("timers", first.Timers, Timers);
        if (Threads > first.Threads + MoreThreads)
            yield return Said("threads in its pool", first.Threads, Threads);
        if (Queued > MostQueued)
            yield return Said("pieces of work that wait for a thread", first.Queued, Queued);
    }

    private static double Known(string metrics, string name) =>
        Sum(metrics, name) ?? throw new InvalidOperationException($"{name} is not among the metrics.");

    private static string Said(string what, double first, double now) =>
        string.Create(CultureInfo.InvariantCulture, $"holds {now:0} {what}, and held {first:0}");
}
