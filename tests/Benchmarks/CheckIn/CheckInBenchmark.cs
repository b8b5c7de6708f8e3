using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using NATS.Client.Core;
using NATS.Client.JetStream;
using RideIngest.Benchmarks.Bookings;
using RideIngest.Benchmarks.Servers;

namespace RideIngest.Benchmarks.CheckIn;

/// <summary>
/// The check-in system: taps beside a lean direct endpoint, the relay beside a tuned one of the usual design, how soon a check-out is in
/// the stream, and, with <c>--long</c>, what a tap costs while much waits or is purged.
/// </summary>
internal static class CheckInBenchmark
{
    private const int Connections = 128;
    private const int Seconds = 10;
    private const int Relayed = 500_000;
    private const int PerSecond = 500;

    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(20);
    private static readonly Ids NoIds = new();

    public static async Task<int> RunAsync(string[] args)
    {
        Wrk.EnsureIsHere();
        Say($"{Environment.ProcessorCount} cores, .NET {Environment.Version}, shared with NATS, Postgres and the load.\n");
        await TapsAsync();
        await RelayAsync();
        await LatencyAsync();
        await MemoryAsync();
        if (args.Contains("--long"))
            await BurdenAsync();
        return 0;
    }

    private static async Task TapsAsync()
    {
        Say($"| taps, {Connections} connections | taps/s | middle, ms | processor, µs/tap |");
        Say($"| --- | ---: | ---: | ---: |");
        await using var servers = await ServersUnderTest.CreateAsync();
        var ours = await StartAsync(servers, "api");
        var rate = await MeasureAsync("ours", ours);
        var peer = await servers.PeerAsync("RideIngest.Benchmarks.dll", "peer", "taps", servers.Database);
        Say($"\nOurs is {rate / await MeasureAsync("a transaction each", peer):N1} times the peer.\n");
    }

    /// <param name="legacy">The URL of the legacy API; by default one that is away.</param>
    private static Task<Child> StartAsync(ServersUnderTest servers, string roles, string legacy = "http://127.0.0.1:9") =>
        servers.StartAsync(
            "RideIngest.CheckIn.dll", $"--roles={roles}", "--checkin:duplicate_window=0s", "--checkin:taps_per_address=0",
            $"--checkin:legacy:url={legacy}", "--checkin:legacy:idempotent=true", "--checkin:smtp:host=127.0.0.1",
            "--checkin:smtp:port=9", "--checkin:smtp:from=checkin@example.com");

    private static async Task<double> MeasureAsync(string name, Child process)
    {
        await Wrk.RunAsync(process.Url + "/api/checkin", Connections, 3, NoIds, "taps.lua");
        var before = ProcessorTime.Now();
        var measured = await Wrk.RunAsync(process.Url + "/api/checkin", Connections, Seconds, NoIds, "taps.lua");
        var cost = (ProcessorTime.Now() - before).TotalMicroseconds / measured.Records;
        Say($"| {name} | {measured.PerSecond:N0} | {measured.Middle.TotalMilliseconds:N1} | {cost:N0} |");
        return measured.PerSecond;
    }

    private static async Task RelayAsync()
    {
        Say($"| relay of {Relayed:N0} check-outs | check-outs/s | processor, µs each |");
        Say($"| --- | ---: | ---: |");
        await using var servers = await ServersUnderTest.CreateAsync();
        await using (await StartAsync(servers, "relay"))
        {
            // It creates the tables and the stream, and is left to end before the outbox is filled.
        }
        await FillAsync(servers, Relayed);
        await StartAsync(servers, "relay");
        var ours = await EmptyAsync("ours", () => servers.ScalarAsync<long>(
            "select coalesce((select published from ops.outbox_totals where system = 'checkin'), 0)"));

        await servers.ExecuteAsync(RelayPeer.Table + string.Create(CultureInfo.InvariantCulture,
            $"""
            insert into peer.relayed (key, payload)
            select 'EMP' || i % 20000, '{Payload}' from generate_series(1, {Relayed}) as i
            """));
        await using var nats = new NatsConnection(new NatsOpts { Url = servers.Nats });
        var js = new NatsJSContext(nats);
        await servers.PeerAsync("RideIngest.Benchmarks.dll", "peer", "relay", servers.Nats, servers.Database);
        var peer = await EmptyAsync(
            "for update skip locked, a message each", async () =>
            {
                try
                {
                    return (await js.GetStreamAsync("PEER")).Info.State.Messages;
                }
                catch (NatsJSApiException)
                {
                    return 0;
                }
            });
        Say($"\nOurs is {ours / peer:N1} times the peer.\n");
    }

    /// <summary>Measures from the first events that are gone, when the process has started, to the last.</summary>
    /// <param name="published">Returns how many are gone, at little cost.</param>
    private static async Task<double> EmptyAsync(string name, Func<Task<long>> published)
    {
        long first;
        while ((first = await published()) == 0)
            await Task.Delay(5);
        var (clock, before) = (Stopwatch.StartNew(), ProcessorTime.Now());
        while (await published() < Relayed)
            await Task.Delay(50);
        var measured = Relayed - first;
        var rate = measured / clock.Elapsed.TotalSeconds;
        Say($"| {name} | {rate:N0} | {(ProcessorTime.Now() - before).TotalMicroseconds / measured:N0} |");
        return rate;
    }

    /// <summary>From the answer, which follows the commit, to the stream.</summary>
    private static async Task LatencyAsync()
    {
        await using var servers = await ServersUnderTest.CreateAsync();
        var process = await StartAsync(servers, "api,relay");
        await using var nats = new NatsConnection(new NatsOpts { Url = servers.Nats });
        var (answered, arrived) = (new ConcurrentDictionary<string, long>(), new ConcurrentDictionary<string, long>());
        using var stop = new CancellationTokenSource();
        var listening = ListenAsync(nats, arrived, stop.Token);
        await nats.PingAsync();
        using var load = new TapLoad(process.Url);
        await load.RunAsync(50, TimeSpan.FromSeconds(1));

        // Odd taps check in, even ones out.
        for (var employee = 0; employee < 500; employee++)
        {
            var id = string.Create(CultureInfo.InvariantCulture, $"LOW{employee}");
            await load.TapAsync(id);
            await load.TapAsync(id);
            answered[id] = Stopwatch.GetTimestamp();
            await Task.Delay(10);
        }
        while (answered.Keys.Any(id => !arrived.ContainsKey(id)))
            await Task.Delay(20);
        await stop.CancelAsync();
        await listening.ContinueWith(_ => { }, TaskScheduler.Default);
        var times = answered
            .Select(one => Math.Max(0, Stopwatch.GetElapsedTime(one.Value, arrived[one.Key]).TotalMilliseconds)).Order().ToArray();
        Say($"From commit to stream at low load: median {times[250]:N1} ms, p99 {times[495]:N1} ms.\n");
    }

    private static async Task ListenAsync(NatsConnection nats, ConcurrentDictionary<string, long> arrived, CancellationToken stop)
    {
        await foreach (var message in nats.SubscribeAsync<byte[]>("checkin.checkouts", cancellationToken: stop))
        {
            var now = Stopwatch.GetTimestamp();
            foreach (var line in System.Text.Encoding.UTF8.GetString(message.Data!).Split('\n', StringSplitOptions.RemoveEmptyEntries))
            {
                using var json = JsonDocument.Parse(line);
                arrived[json.RootElement.GetProperty("employee_id").GetString()!] = now;
            }
        }
    }

    private static async Task MemoryAsync()
    {
        await using var servers = await ServersUnderTest.CreateAsync();
        var simulators = await servers.PeerAsync("RideIngest.Simulators.dll", "--urls=http://127.0.0.1:0");
        var process = await StartAsync(servers, "api,relay,labor-cost,email", simulators.Url + "/simulators/legacy");
        var measured = await Wrk.RunAsync(process.Url + "/api/checkin", Connections, Seconds, NoIds, "taps.lua");
        Say($"All roles in one process at {measured.PerSecond:N0} taps/s: peak memory {process.PeakMemory() >> 20} MB.\n");
    }

    /// <summary>What a tap costs the API's process beside other work.</summary>
    private static async Task BurdenAsync()
    {
        Say($"| {PerSecond} taps/s, while | middle, ms | processor of the API, µs/tap |");
        Say($"| --- | ---: | ---: |");
        await using var servers = await ServersUnderTest.CreateAsync();
        var api = await StartAsync(servers, "api");
        using var load = new TapLoad(api.Url);
        await load.RunAsync(PerSecond, WarmUp);
        await CostAsync("nothing else happens", load, api);

        await FillAsync(servers, 1_000_000);
        await StartAsync(servers, "relay,labor-cost,email");
        while (!await servers.ScalarAsync<bool>("select not exists (select from ops.outbox)"))
            await Task.Delay(500);
        await load.RunAsync(PerSecond, WarmUp);
        await CostAsync("the legacy API is away and a million check-outs wait", load, api);

        await servers.ExecuteAsync(
            """
            create table checkin.events_20260102 (like checkin.events including defaults including indexes);
            insert into checkin.events_20260102 (id, employee_id, action, record_id, at)
            select ('019b7d00-0000-7000-8000-' || lpad(i::text, 12, '0'))::uuid, 'OLD' || i, 'checked_in', gen_random_uuid(), now()
            from generate_series(1, 10000000) as i;
            alter table checkin.events attach partition checkin.events_20260102
              for values from ('019b7c01-0400-0000-0000-000000000000') to ('019b8127-6000-0000-0000-000000000000');
            """);
        await servers.ExecuteAsync("checkpoint");
        var purging = Task.Run(async () =>
        {
            await Task.Delay(1000);
            using var purge = Process.Start(new ProcessStartInfo("dotnet",
            [
                Path.Combine(AppContext.BaseDirectory, "RideIngest.CheckIn.dll"), "purge", "--older-than", "30d",
                $"--nats:url={servers.Nats}", $"--postgres:url={servers.Database}",
            ]))!;
            await purge.WaitForExitAsync();
        });
        await CostAsync("ten million events are purged", load, api);
        await purging;
    }

    private static async Task CostAsync(string name, TapLoad load, Child api)
    {
        var before = api.ProcessorTime();
        var times = await load.RunAsync(PerSecond, TimeSpan.FromSeconds(Seconds));
        var cost = (api.ProcessorTime() - before).TotalMicroseconds / times.Length;
        Say($"| {name} | {times[times.Length / 2].TotalMilliseconds:N1} | {cost:N0} |");
    }

    private const string Payload =
        """{"id":"0199b1f2-5a00-7c11-8f00-5be0a3c4d2e1","employee_id":"EMP000001","record_id":"0199b03a-9c40-7a52-9d11-0c6a1f2b3e4d","""
        + """ "checked_in_at":"2026-11-29T08:00:00Z","checked_out_at":"2026-11-29T15:30:00Z","hours_worked":7.5}""";

    /// <summary>Fills the outbox with check-outs of many employees, which are due at both destinations.</summary>
    private static Task FillAsync(ServersUnderTest servers, int count) => servers.ExecuteAsync(string.Create(CultureInfo.InvariantCulture,
        $$"""
        create temporary table filled as
        select ('0199b1f2-5a00-7c11-8000-' || lpad(i::text, 12, '0')) as id, 'EMP' || i % 20000 + 100000 as employee
        from generate_series(1, {{count}}) as i;
        insert into checkin.due (event_id, destination) select id::uuid, unnest(array['labor-cost', 'email']) from filled;
        insert into ops.outbox (system, subject, key, event_id, payload, headers)
        select 'checkin', 'checkin.checkouts', employee, id, convert_to(replace(replace(
          '{{Payload}}', '0199b1f2-5a00-7c11-8f00-5be0a3c4d2e1', id), 'EMP000001', employee), 'UTF8'), '{}'
        from filled;
        """));

    private static void Say(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));
}
