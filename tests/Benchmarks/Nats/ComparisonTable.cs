using System.Globalization;

namespace RideIngest.Benchmarks.Nats;

/// <summary>Markdown, a line as soon as its row is measured.</summary>
public static class ComparisonTable
{
    public static void Print(string title, bool first, IReadOnlyList<(string Client, Reading Reading)> all)
    {
        if (first)
        {
            Console.WriteLine("| row | ours, msg/s | NATS.Net, msg/s | ratio | CPU, µs/msg | allocated, B/msg |");
            Console.WriteLine("| --- | ---: | ---: | ---: | ---: | ---: |");
        }

        var ours = Of("ours");
        var theirs = Of("NATS.Net");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| {title} | {Median(ours, r => r.PerSecond):N0} | {Median(theirs, r => r.PerSecond):N0} | {Median(ours, r => r.PerSecond) / Median(theirs, r => r.PerSecond):0.00} | {Median(ours, r => r.CpuMicroseconds):0.00} : {Median(theirs, r => r.CpuMicroseconds):0.00} | {Median(ours, r => r.BytesAllocated):N0} : {Median(theirs, r => r.BytesAllocated):N0} |"));

        List<Reading> Of(string client) => [.. all.Where(r => r.Client == client && r.Reading.Title == title).Select(r => r.Reading)];
    }

    private static double Median(List<Reading> readings, Func<Reading, double> value)
    {
        if (readings.Count == 0) return double.NaN;
        var sorted = readings.Select(value).Order().ToList();
        return sorted.Count % 2 == 1 ? sorted[sorted.Count / 2] : (sorted[sorted.Count / 2 - 1] + sorted[sorted.Count / 2]) / 2;
    }
}
