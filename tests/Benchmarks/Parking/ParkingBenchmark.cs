using System.Diagnostics;
using System.Globalization;
using RideIngest.Benchmarks.Bookings;

namespace RideIngest.Benchmarks.Parking;

/// <summary>
/// All roles of the parking system in one process: events a second from the stream to a synced line, beside a lean peer; how soon a line is
/// there at a moderate rate; and, with <c>--long</c>, what an event costs when the table has grown.
/// </summary>
public static class ParkingBenchmark
{
    private const int EventsPerSecond = 1000;
    private const double EntriesPerExit = 0.8;
    private const int Few = 100_000;
    private const int Many = 10_000_000;

    public static async Task<int> RunAsync(string[] args)
    {
        Say($"{Environment.ProcessorCount} cores, .NET {Environment.Version}, shared with NATS, Postgres and the load.\n");
        Console.WriteLine("| from the stream to a synced line | events/s | processor, µs/event | peak memory, MB |");
        Console.WriteLine("| --- | ---: | ---: | ---: |");
        var ours = await OursAsync("ours", visits: 60_000);
        var peer = await PeerAsync(visits: 6000);
        Say($"\nOurs is {ours / peer:N1} times the peer.\n");
        await LatencyAsync();
        if (args.Contains("--long"))
            await GrowthAsync();
        return 0;
    }

    private static async Task<double> OursAsync(string name, int visits, Func<ParkingUnderTest, Task>? fill = null)
    {
        await using var parking = await ParkingUnderTest.StartAsync();
        if (fill is not null)
            await fill(parking);
        await using var load = new ParkingLoad(parking.Nats);
        var lines = new LineCount(parking.SummaryFile);
        await load.FramesAsync(visits / 10);
        await lines.UntilAsync(visits / 10);
        return await MeasureAsync(
            name, visits, () => load.FramesAsync(visits), () => lines.UntilAsync(visits / 10 * 11), parking.Process!);
    }

    private static async Task<double> PeerAsync(int visits)
    {
        await using var servers = await ParkingUnderTest.CreateAsync();
        await using var peer = await Child.StartAsync(
            "RideIngest.Benchmarks.dll", "peer", "parking", servers.Nats, servers.Database, servers.SummaryFile);
        await using var load = new ParkingLoad(servers.Nats);
        var lines = new LineCount(servers.SummaryFile);
        await load.MessagesAsync(visits / 10);
        await lines.UntilAsync(visits / 10);
        return await MeasureAsync("a message, a row and a POST each", visits,
            () => load.MessagesAsync(visits), () => lines.UntilAsync(visits / 10 * 11), peer);
    }

    /// <returns>Events a second; a visit is two.</returns>
    private static async Task<double> MeasureAsync(string name, int visits, Func<Task> publish, Func<Task> written, Child process)
    {
        var (clock, before) = (Stopwatch.StartNew(), ProcessorTime.Now());
        await Task.WhenAll(publish(), written());
        var (took, events) = (clock.Elapsed, visits * 2);
        var cost = (ProcessorTime.Now() - before).TotalMicroseconds / events;
        var rate = events / took.TotalSeconds;
        Say($"| {name} | {rate:N0} | {cost:N0} | {process.PeakMemory() >> 20} |");
        return rate;
    }

    private static async Task LatencyAsync()
    {
        var exits = EventsPerSecond / (1 + EntriesPerExit);
        await using var parking = await ParkingUnderTest.StartAsync(
            string.Create(CultureInfo.InvariantCulture, $"--parking:gates:rate={exits:N0}"), "--parking:gates:stay=5s");
        await Task.Delay(TimeSpan.FromSeconds(75));
        var statistics = await parking.StatisticsAsync();
        var (paired, inFile) = (statistics["pairing"]!.ToJsonString(), statistics["summary"]!.ToJsonString());
        Say($"At {EventsPerSecond:N0} events/s, of the last minute: paired {paired} ms, in the file {inFile} ms.");
        Say($"Peak memory {parking.Process!.PeakMemory() >> 20} MB.");
    }

    /// <summary>The same load on tables of different size, each in a system of its own.</summary>
    private static async Task GrowthAsync()
    {
        Console.WriteLine("\n| in the table before | events/s | processor, µs/event | peak memory, MB |");
        Console.WriteLine("| --- | ---: | ---: | ---: |");
        foreach (var (visits, open) in ((int, int)[])[(Few, 0), (Few, 100_000), (Many, 0)])
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"{visits:N0} visits, {open:N0} open entries");
            await OursAsync(name, visits: 60_000, parking => FillAsync(parking, visits, open));
        }
    }

    private static async Task FillAsync(ParkingUnderTest parking, int visits, int open)
    {
        await parking.ExecuteAsync(string.Create(CultureInfo.InvariantCulture,
            $"""
            insert into parking.vehicles select 'OLD' || i from generate_series(1, least({visits}, 1000000)) as i;
            insert into parking.movements (is_exit, id, plate, at, state, other_id, other_at, version)
            select is_exit, 'old-' || i, 'OLD' || i % 1000000 + 1,
              timestamptz '2026-01-01' + i * interval '2 s' + is_exit::int * interval '1 s', 'paired', 'old-' || i,
              timestamptz '2026-01-01' + i * interval '2 s' + (not is_exit)::int * interval '1 s', is_exit::int
            from generate_series(1, {visits}) as i cross join (values (false), (true)) as gate (is_exit);
            insert into parking.movements (is_exit, id, plate, at, state)
            select false, 'open-' || i, 'OPEN' || i, now(), 'open' from generate_series(1, {open}) as i;
            insert into parking.inside select 'open-' || i, 'OPEN' || i, now() from generate_series(1, {open}) as i;
            """));
        await parking.ExecuteAsync("vacuum (analyze) parking.movements, parking.vehicles, parking.inside");
        await parking.ExecuteAsync("checkpoint");
    }

    private static void Say(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));
}
