using System.Diagnostics;
using RideIngest.Console.Overview;
using RideIngest.Contracts.Processes;

namespace RideIngest.Unit.Console;

/// <summary>The figures of a system, from what its processes announce.</summary>
public sealed class SystemLineTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 30, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Rates_of_all_processes_are_added_and_the_slowest_one_counts()
    {
        var first = Heard(News(new SystemTotals("rides", 100, 90, 0, 1, 2)), News(new SystemTotals("rides", 120, 100, 4, 3, 50)));
        var second = Heard(News(new SystemTotals("rides", 0, 0, 0, null, null)), News(new SystemTotals("rides", 10, 10, 0, null, null)));

        var line = Assert.Single(SystemLine.All([first, second], streams: null, letters: null));

        Assert.Equal(("rides", 15, 10, 2), (line.Name, line.Taken, line.Done, line.Failed));
        Assert.Equal((3, 50), (line.P50Ms, line.P99Ms));
        Assert.Equal((null, null), (line.Waiting, line.Letters));
    }

    [Fact]
    public void A_process_that_was_restarted_under_its_name_begins_anew()
    {
        var heard = Heard(
            News(new SystemTotals("rides", 1000, 1000, 0, 1, 1)), News(new SystemTotals("rides", 5, 5, 0, 1, 1)) with { StartedAt = Start.AddMinutes(1) });

        Assert.Null(Assert.Single(SystemLine.All([heard], null, null)).Taken);
    }

    [Fact]
    public void A_silent_process_and_one_of_an_earlier_build_do_not_count()
    {
        var silent = Heard(News(new SystemTotals("rides", 0, 0, 0, 1, 1)), News(new SystemTotals("rides", 8, 8, 8, 1, 1))) with { Silent = TimeSpan.FromMinutes(1) };
        var earlier = Heard(News() with { Systems = null }, News() with { Systems = null });

        Assert.Null(Assert.Single(SystemLine.All([silent, earlier], null, null)).Taken);
    }

    [Fact]
    public void A_system_has_its_streams_and_letters_even_if_no_process_is_heard()
    {
        var streams = new[]
        {
            new StreamLine("RIDES", "rides", 7, 700, TimeSpan.FromMinutes(2), null),
            new StreamLine("CASINO", "casino", 0, 0, TimeSpan.Zero, null),
        };

        var lines = SystemLine.All([], streams, new Dictionary<string, long> { ["tolls"] = 3 });

        Assert.Equal(["casino", "rides", "tolls"], lines.Select(line => line.Name));
        Assert.Equal([(0, 0), (7, 0), (0, 3)], lines.Select(line => ((long)line.Waiting!, (long)line.Letters!)));
        Assert.Equal(
            ["The oldest frame has waited for 2 min 0 s.", "3 dead letters are open."],
            lines.SelectMany(line => line.Troubles).Select(trouble => trouble.What));
    }

    /// <summary>A process that has announced itself twice, two seconds apart.</summary>
    private static HeardProcess Heard(ProcessAnnouncement before, ProcessAnnouncement now)
    {
        var heard = HeardNews.First(before, at: 0).With(now, at: 2 * Stopwatch.Frequency);
        return new(heard.Last, TimeSpan.Zero, heard.Rates());
    }

    private static ProcessAnnouncement News(params IReadOnlyList<SystemTotals> systems) =>
        new("producer", "host-1", "1", ["producer"], Start, "ready", [], systems);
}
