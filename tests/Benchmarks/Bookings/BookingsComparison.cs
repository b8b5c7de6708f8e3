using System.Globalization;
using RideIngest.Benchmarks.Bookings.Peers;
using RideIngest.LocalServers.Postgres;

namespace RideIngest.Benchmarks.Bookings;

/// <summary>
/// The whole way of a booking, from POST to Postgres and back, beside other ways of doing it over the same servers and the same table. In
/// turn and in many short rounds, because the machine may be shared: what slows one down in a round slows the others down too.
/// </summary>
internal static class BookingsComparison
{
    private const double MemoryTarget = 250;

    public static async Task<int> RunAsync(string[] args)
    {
        var rounds = int.Parse(Option("--rounds") ?? "7", CultureInfo.InvariantCulture);
        var seconds = double.Parse(Option("--seconds") ?? "3", CultureInfo.InvariantCulture);
        var only = Option("--only") ?? "";
        Wrk.EnsureIsHere();

        var ids = new Ids();
        await using var postgres = await PostgresServer.StartAsync(new() { Progress = Console.Error.WriteLine });
        await using var system = await SystemUnderTest.StartAsync(postgres, "rides");
        await using var direct = await PeerAsync("direct");
        await using var noop = await PeerAsync("no-op");
        await using var consumer = await PeerAsync("one-by-one-consumer");
        await using var oneByOne = await PeerAsync("one-by-one");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{Environment.ProcessorCount} cores, .NET {Environment.Version}, nats-server {system.NatsVersion}, Postgres {postgres.Version}; medians of {rounds} rounds of {seconds} s in turn.\n"));
        Console.WriteLine("| load | ours | peer | | ratio | target | CPU, µs/record |");
        Console.WriteLine("| --- | ---: | --- | ---: | ---: | ---: | ---: |");

        await WarmUpAsync();
        foreach (var comparison in Comparisons().Where(c => c.Title.Contains(only, StringComparison.OrdinalIgnoreCase)))
            Print(comparison, await comparison.RunAsync(rounds, seconds));
        PrintMemory("producer", system.Producer);
        PrintMemory("consumer", system.Consumer);
        if (args.Contains("--long"))
        {
            await using var growth = await Growth.StartAsync(postgres, ids);
            foreach (var comparison in growth.Comparisons())
                Print(comparison, await comparison.RunAsync(rounds, seconds));
        }
        return 0;

        Task<Child> PeerAsync(string name) =>
            Child.StartAsync("RideIngest.Benchmarks.dll", "peer", name, system.NatsUrl, system.Connection);

        Contender Singles(string name, string url, int connections) =>
            new(name, s => Wrk.RunAsync(url, connections, s, ids), system.Database);

        Contender Unstored(string name, string url, int connections) => new(name, s => Wrk.RunAsync(url, connections, s, ids));

        Contender Copy(string name, int connections) => new(name, s => new RawCopy(system.Database).RunAsync(connections, s, ids));

        async Task WarmUpAsync()
        {
            foreach (var url in new[] { system.Single, $"{direct.Url}/bookings", $"{noop.Url}/bookings", $"{oneByOne.Url}/bookings" })
                await Wrk.RunAsync(url, 128, 5, ids);
            await system.Batches.RunAsync(5, ids);
            await new RawCopy(system.Database).RunAsync(4, 2, ids);
        }

        IEnumerable<Comparison> Comparisons()
        {
            var (ours, insert, parse, one) = (system.Single, $"{direct.Url}/bookings", $"{noop.Url}/bookings", $"{oneByOne.Url}/bookings");
            yield return new("1 connection, p50 in µs", Singles("ours", ours, 1),
                [Singles("direct insert", insert, 1)], [new("direct insert", 4)], Latency: true);
            yield return new("128 connections, per second", Singles("ours", ours, 128),
                [Singles("direct insert", insert, 128), Singles("one message, one insert", one, 128)],
                [new("direct insert", 2.3), new("one message, one insert", 3)]);
            yield return new("512 connections, per second", Singles("ours", ours, 512),
                [Singles("direct insert", insert, 512), Unstored("no-op", parse, 512)], [new("direct insert", 3), new("no-op", 0.5)]);
            yield return new("batches of 1,000, records per second", new("ours", s => system.Batches.RunAsync(s, ids)),
                [Copy("raw COPY, one connection", 1), Copy("raw COPY, four connections", 4)],
                [new("raw COPY, one connection", 0.6), new("raw COPY, four connections", 0.6)]);
        }

        string? Option(string name) => Array.IndexOf(args, name) is >= 0 and var i && i + 1 < args.Length ? args[i + 1] : null;
    }

    private static void Print(Comparison comparison, Dictionary<string, (double Value, double Cpu)> medians)
    {
        var (ours, cpu) = medians[comparison.Ours.Name];
        foreach (var (peer, target) in comparison.Targets)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"| {comparison.Title} | {ours:N0} | {peer} | {medians[peer].Value:N0} | {ours / medians[peer].Value:0.00} | {(comparison.Latency ? "< " : "≥ ")}{target:0.0#} | {cpu:N1} : {medians[peer].Cpu:N1} |"));
        }
    }

    private static void PrintMemory(string name, Child child) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
        $"| peak resident memory of the {name}, MB | {child.PeakMemory() / 1e6:N0} | | | | < {MemoryTarget} | |"));
}
