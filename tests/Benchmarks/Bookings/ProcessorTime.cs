using System.Globalization;

namespace RideIngest.Benchmarks.Bookings;

/// <summary>
/// What the whole benchmark has cost the processor so far: this process and everything that it started, load generator and servers
/// included. Where the cores are full, it is what the rates come from; and unlike them it hardly changes with what else the machine is
/// doing.
/// </summary>
internal static class ProcessorTime
{
    private const double TicksPerSecond = 100;

    public static TimeSpan Now()
    {
        var processes = Directory.EnumerateDirectories("/proc").Select(Read).OfType<(int Id, int Parent, long Ticks)>().ToList();
        var children = processes.ToLookup(process => process.Parent);
        var mine = new Queue<(int Id, int Parent, long Ticks)>(processes.Where(process => process.Id == Environment.ProcessId));
        var ticks = 0L;
        while (mine.TryDequeue(out var process))
        {
            ticks += process.Ticks;
            foreach (var child in children[process.Id])
                mine.Enqueue(child);
        }
        return TimeSpan.FromSeconds(ticks / TicksPerSecond);
    }

    private static (int Id, int Parent, long Ticks)? Read(string directory)
    {
        if (!int.TryParse(Path.GetFileName(directory), NumberStyles.None, CultureInfo.InvariantCulture, out var id))
            return null;
        try
        {
            // After the name, which may hold anything: state, parent, …; and from the twelfth on: user, system, and the same of children
            // that have ended.
            var text = File.ReadAllText(Path.Combine(directory, "stat"));
            var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
            return (
                id, int.Parse(fields[1], CultureInfo.InvariantCulture),
                fields[11..15].Sum(field => long.Parse(field, CultureInfo.InvariantCulture)));
        }
        catch (IOException)
        {
            // It has ended since it was listed; its parent has its time now.
            return null;
        }
    }
}
