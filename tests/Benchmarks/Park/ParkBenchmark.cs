using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using RideIngest.Benchmarks.Bookings;
using RideIngest.Benchmarks.Servers;

namespace RideIngest.Benchmarks.Park;

/// <summary>
/// The park: joining and leaving queues beside a lean direct endpoint, what a read costs beside many commands, how soon ten thousand live
/// clients see a change, and, with <c>--long</c>, what a command costs at ten million events.
/// </summary>
internal static class ParkBenchmark
{
    private const int Connections = 128;
    private const int Seconds = 10;
    private const int Clients = 10_000;
    private const int PerSecond = 5000;
    private const int ReadsPerSecond = 1000;
    private const int Rounds = 5;

    private static readonly Ids NoIds = new();

    public static async Task<int> RunAsync(string[] args)
    {
        Wrk.EnsureIsHere();
        Say($"{Environment.ProcessorCount} cores, .NET {Environment.Version}, shared with NATS, Postgres and the load.\n");
        await QueuesAsync();
        await ReadsAsync();
        await LiveAsync();
        if (args.Contains("--long"))
            await GrowthAsync();
        return 0;
    }

    private static async Task QueuesAsync()
    {
        Say($"| join and leave, {Connections} connections | commands/s | middle, ms | processor, µs each |");
        Say($"| --- | ---: | ---: | ---: |");
        await using var servers = await ServersUnderTest.CreateAsync();
        var ours = await StartAsync(servers);
        var rate = await MeasureAsync(ours);
        Row("ours", rate);
        var peer = await servers.PeerAsync("RideIngest.Benchmarks.dll", "peer", "park", servers.Database);
        var peers = await MeasureAsync(peer);
        Row("a transaction each", peers);
        Say($"\nOurs is {rate.PerSecond / peers.PerSecond:N1} times the peer. Peak memory of ours: {ours.PeakMemory() >> 20} MB.\n");

        static void Row(string name, Figures measured) => Say(
            $"| {name} | {measured.PerSecond:N0} | {measured.Middle.TotalMilliseconds:N1} | {measured.Cost:N0} |");
    }

    private static async Task ReadsAsync()
    {
        Say($"| reads of all rides, {ReadsPerSecond}/s, while | middle, ms | processor of the park, µs/read |");
        Say($"| --- | ---: | ---: |");
        await using var servers = await ServersUnderTest.CreateAsync();
        var park = await StartAsync(servers);
        using var load = new ParkLoad(park.Url);
        await load.RunAsync(0, ReadsPerSecond, TimeSpan.FromSeconds(Seconds));
        var alone = await CostAsync(0, ReadsPerSecond, Seconds);
        Say($"| nothing else happens | {Ms(alone.Reads, 0.5):N1} | {alone.Cost / alone.Reads.Length:N0} |");
        await load.RunAsync(PerSecond, 0, TimeSpan.FromSeconds(Seconds));
        var commands = await CostAsync(PerSecond, 0, 60);
        var both = await CostAsync(PerSecond, ReadsPerSecond, Seconds);
        var perCommand = commands.Cost / commands.Commands.Length;
        var perRead = (both.Cost - perCommand * both.Commands.Length) / both.Reads.Length;
        Say($"| {PerSecond} commands/s are executed | {Ms(both.Reads, 0.5):N1} | {perRead:N0} |");
        Say($"\n{commands.Commands.Length:N0} commands in a minute, without an error; processor of the park, {perCommand:N0} µs each;");
        Say($"median {Ms(commands.Commands, 0.5):N1} ms, p99 {Ms(commands.Commands, 0.99):N0} ms.\n");

        async Task<(TimeSpan[] Commands, TimeSpan[] Reads, double Cost)> CostAsync(int perSecond, int reads, int seconds)
        {
            var before = park.ProcessorTime();
            var (commanded, read) = await load.RunAsync(perSecond, reads, TimeSpan.FromSeconds(seconds));
            return (commanded, read, (park.ProcessorTime() - before).TotalMicroseconds);
        }
    }

    private static async Task LiveAsync()
    {
        await using var servers = await ServersUnderTest.CreateAsync();
        var park = await StartAsync(servers, $"--hosting:live_pages={Clients + 100}");
        await using var crowd = await LiveCrowd.ConnectAsync(park.Url, Clients);
        using var http = new HttpClient { BaseAddress = new(park.Url) };
        for (var change = 0; change < 30; change++)
        {
            await Task.Delay(1300);
            var answer = await http.PatchAsJsonAsync(
                new Uri("/park/rides/1", UriKind.Relative), new { description = LiveCrowd.Mark(change) });
            answer.EnsureSuccessStatusCode();
            crowd.Committed(change);
        }
        var times = await crowd.TimesAsync();
        Say($"{Clients:N0} live clients, from commit to client, of {times.Length:N0}:");
        Say($"median {Ms(times, 0.5):N0} ms, p99 {Ms(times, 0.99):N0} ms.");
        Say($"Peak memory of the park: {park.PeakMemory() >> 20} MB.\n");
    }

    private static async Task GrowthAsync()
    {
        Say($"| events | processor, µs per command, median of {Rounds} |");
        Say($"| ---: | ---: |");
        await using var servers = await ServersUnderTest.CreateAsync();
        var park = await StartAsync(servers);
        await MeasureAsync(park);
        var costs = new List<double>();
        foreach (var millions in new[] { 1, 10 })
        {
            await servers.ExecuteAsync(string.Create(CultureInfo.InvariantCulture,
                $$"""
                insert into park.events (aggregate_root, source_id, version, at, name, data)
                select 'customer', 100000000 + i / 10, i % 10 + 1, now(), 'CustomerUnQueued', '{"ride":1}'
                from generate_series({{(costs.Count == 0 ? 0 : 1_000_000)}}, {{millions * 1_000_000 - 1}}) as i
                """));
            await servers.ExecuteAsync("vacuum analyze park.events");
            await servers.ExecuteAsync("checkpoint");
            var rounds = new List<double>();
            for (var i = 0; i < Rounds; i++)
                rounds.Add((await MeasureAsync(park)).Cost);
            rounds.Sort();
            costs.Add(rounds[Rounds / 2]);
            Say($"| {millions} million | {costs[^1]:N0} |");
        }
        Say($"\nAt ten million a command costs {costs[1] / costs[0]:N2} times as much.\n");
    }

    /// <summary>Starts a park with 20 rides, which no clock lets leave, and 40,000 customers.</summary>
    private static async Task<Child> StartAsync(ServersUnderTest servers, params string[] settings)
    {
        await using (await servers.StartAsync("RideIngest.Park.dll"))
        {
            // It creates the tables, and is left to end before they are filled.
        }
        await servers.ExecuteAsync(
            """
            insert into park.events (aggregate_root, source_id, version, at, name, data)
            select 'ride', i, 1, now(), 'RideAdded',
              '{"title":"Ride","description":"","capacity":20,"ride_time":"00:03:00","boarding":"reported"}'
            from generate_series(1, 20) as i;
            insert into park.rides (
              id, version, added_at, changed_at, title, description, capacity, ride_time, boarding, status, waiting, returns_at)
            select i, 1, now(), now(), 'Ride', '', 20, '3m', 'reported', 'operating', 0, now() from generate_series(1, 20) as i;
            insert into park.events (aggregate_root, source_id, version, at, name, data)
            select 'customer', i, 1, now(), 'CustomerEntered', '{}' from generate_series(1001, 41000) as i;
            insert into park.customers (id, version, changed_at, entered_at)
            select i, 1, now(), now() from generate_series(1001, 41000) as i;
            analyze park.events, park.customers
            """);
        return await servers.StartAsync("RideIngest.Park.dll", ["--park:most_waiting=100000", .. settings]);
    }

    private static async Task<Figures> MeasureAsync(Child process)
    {
        await Wrk.RunAsync(process.Url, Connections, 5, NoIds, "queues.lua");
        var before = ProcessorTime.Now();
        var measured = await Wrk.RunAsync(process.Url, Connections, Seconds, NoIds, "queues.lua");
        var cost = (ProcessorTime.Now() - before).TotalMicroseconds / measured.Records;
        return new(measured.PerSecond, measured.Middle, cost);
    }

    private static double Ms(TimeSpan[] times, double share) => times[(int)(times.Length * share)].TotalMilliseconds;

    private static void Say(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));

    /// <param name="Cost">In microseconds per command.</param>
    private sealed record Figures(double PerSecond, TimeSpan Middle, double Cost);
}
