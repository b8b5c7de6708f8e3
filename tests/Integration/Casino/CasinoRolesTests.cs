using System.Text.Json.Nodes;
using NATS.Client.JetStream;
using RideIngest.Integration.Systems;
using RideIngest.TestKit.Waiting;
using static RideIngest.Integration.Casino.CasinoSystem;
using static RideIngest.Integration.Casino.GivenEvents;

namespace RideIngest.Integration.Casino;

/// <summary>No event is lost when a role's process is killed or stopped. Everything else runs in the test process.</summary>
public sealed class CasinoRolesTests
{
    private const int Events = 10_000;
    private const int Upload = 250;

    [Fact]
    public async Task Five_processes_with_a_role_each_do_what_one_does()
    {
        await using var system = await CreateAsync();
        var generator = system.SpawnAsync("generator", "--casino:generator:rate=0");
        var others = Task.WhenAll(system.SpawnAsync("currency"), system.SpawnAsync("player"), system.SpawnAsync("description"));
        var aggregates = await system.SpawnAsync("aggregates");
        await others;
        var sender = await ReadyAsync(await generator);

        await PostAsync(sender, Bets(1, 1000), "application/x-ndjson");

        await Eventually.True(() => aggregates.Output.Count == 1000);
        Assert.Equal(1000, aggregates.Output.Select(Id).Distinct().Count());
        Assert.Equal(1000, (long)(await CountedAsync(await ReadyAsync(aggregates), 1000))["events_total"]!);
        Assert.All(aggregates.Output, line => Assert.Contains("(4.68 EUR)", line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Roles_that_are_killed_under_load_lose_nothing_and_count_nothing_twice()
    {
        await using var system = await CreateAsync();
        var counting = await system.SpawnAsync("aggregates");
        var roles = new Dictionary<string, StartedProcess>();
        foreach (var role in Completing)
            roles[role] = await system.SpawnAsync(role);
        await ShortenAckWaitAsync(system);
        var casino = await ReadyAsync(counting);
        using var enough = new CancellationTokenSource();
        var sending = SendUntilAsync(casino, enough.Token);

        foreach (var role in Completing)
        {
            await CountedAsync(casino, (long)(await CountedAsync(casino, 0))["events_total"]! + Upload);
            roles[role].Kill();
            await roles[role].ExitAsync();
            await system.RunAsync(role);
        }
        await enough.CancelAsync();
        var sent = await sending;

        await CountedAsync(casino, sent);
        await system.SettledAsync();
        Assert.Equal(sent, (long)(await CountedAsync(casino, sent))["events_total"]!);
        await Eventually.True(() => counting.Output.Count >= sent);
        Assert.Equal(sent, counting.Output.Select(Id).Distinct().Count());
        Assert.Equal(sent, counting.Output.Count);
    }

    [Fact]
    public async Task A_generator_that_is_killed_leaves_nothing_half_done()
    {
        await using var system = await CreateAsync();
        var counting = await system.SpawnAsync(AllButGenerator);
        var generator = await system.SpawnAsync("generator", "--casino:generator:rate=2000");
        var casino = await ReadyAsync(counting);
        await CountedAsync(casino, Upload);

        generator.Kill();
        await generator.ExitAsync();
        await system.SettledAsync();

        var counted = (long)(await CountedAsync(casino, Upload))["events_total"]!;
        await Eventually.True(() => counting.Output.Count >= counted);
        Assert.Equal(counted, counting.Output.Count);
        Assert.Equal(counted, counting.Output.Select(Id).Distinct().Count());
        await PostAsync(casino, Bets(1, Upload), "application/x-ndjson");
        Assert.Equal(counted + Upload, (long)(await CountedAsync(casino, counted + Upload))["events_total"]!);
    }

    [Fact]
    public async Task The_counting_process_that_is_killed_under_load_leaves_the_rest_to_the_next()
    {
        await using var system = await CreateAsync();
        var casino = await system.RunAsync("currency,player,description");
        var killed = await system.SpawnAsync("aggregates");
        var sending = SendAsync(casino);
        await CountedAsync(await ReadyAsync(killed), Upload);

        killed.Kill();
        await killed.ExitAsync();
        var next = await system.SpawnAsync("aggregates");
        await sending;

        await Eventually.True(() => killed.Output.Concat(next.Output).Where(Whole).Select(Id).Distinct().Count() == Events);
        await system.SettledAsync();
        var counted = (long)(await CountedAsync(await ReadyAsync(next), 0))["events_total"]!;
        await Eventually.True(() => next.Output.Count >= counted);
        Assert.Equal(counted, next.Output.Count);
        Assert.Equal(counted, next.Output.Select(Id).Distinct().Count());
    }

    [Fact]
    public async Task A_process_that_is_asked_to_stop_leaves_nothing_to_be_delivered_again()
    {
        await using var system = await CreateAsync();
        var casino = await system.RunAsync("aggregates");
        var leaving = await system.SpawnAsync("currency,player,description");
        var sending = SendAsync(casino);
        await CountedAsync(casino, Upload);

        leaving.Terminate();
        Assert.Equal(0, await leaving.ExitAsync());
        await sending;

        foreach (var consumer in Consumers)
        {
            var info = (await new NatsJSContext(system.Client).GetConsumerAsync("CASINO", consumer)).Info;
            Assert.Equal((consumer, 0, 0), (consumer, info.NumAckPending, info.NumRedelivered));
        }
        await system.RunAsync("currency,player,description");
        Assert.Equal(Events, (long)(await CountedAsync(casino, Events))["events_total"]!);
    }

    [Fact]
    public async Task A_counting_process_that_is_asked_to_stop_leaves_nothing_that_it_counted_to_the_next()
    {
        await using var system = await CreateAsync();
        var casino = await system.RunAsync("currency,player,description");
        var leaving = await system.SpawnAsync("aggregates");
        var sending = SendAsync(casino);
        await CountedAsync(await ReadyAsync(leaving), Upload);

        leaving.Terminate();
        Assert.Equal(0, await leaving.ExitAsync());
        var next = await system.SpawnAsync("aggregates");
        await sending;

        await Eventually.True(() => leaving.Output.Concat(next.Output).Select(Id).Distinct().Count() == Events);
        await system.SettledAsync();
        Assert.Equal(Events, leaving.Output.Count + next.Output.Count);
    }

    [Fact]
    public async Task Two_processes_of_a_role_share_its_work()
    {
        await using var system = await CreateAsync();
        await system.RunAsync("currency,player,description");
        await system.SpawnAsync("currency,player,description");
        var aggregates = await system.SpawnAsync("aggregates");
        var casino = await ReadyAsync(aggregates);

        await SendAsync(casino);

        Assert.Equal(Events, (long)(await CountedAsync(casino, Events))["events_total"]!);
        await Eventually.True(() => aggregates.Output.Count >= Events);
        Assert.Equal(Events, aggregates.Output.Select(Id).Distinct().Count());
    }

    [Fact]
    public async Task The_role_currency_needs_to_be_told_where_rates_come_from()
    {
        await using var process = StartedProcess.Service("Casino", "--urls", "http://127.0.0.1:0", "--roles", "currency");
        Assert.Equal(2, await process.ExitAsync());
        Assert.Contains("casino.rates.url", process.Errors, StringComparison.Ordinal);
    }

    private static readonly string[] Completing = ["currency", "player", "description"];
    private static readonly string[] Consumers = ["currency-plain", "currency-foreign", "player", "description"];

    // So that what a killed process had in hand comes again within a test's patience.
    private static async Task ShortenAckWaitAsync(CasinoSystem system)
    {
        var js = new NatsJSContext(system.Client);
        foreach (var consumer in Consumers)
        {
            await Eventually.True(async () =>
            {
                try
                {
                    var config = (await js.GetConsumerAsync("CASINO", consumer)).Info.Config;
                    config.AckWait = TimeSpan.FromSeconds(2);
                    await js.CreateOrUpdateConsumerAsync("CASINO", config);
                    return true;
                }
                catch (NatsJSApiException)
                {
                    return false;
                }
            });
        }
    }

    private static async Task SendAsync(HttpClient casino)
    {
        for (var first = 1; first <= Events; first += Upload)
        {
            var (status, _) = await PostAsync(casino, Bets(first, Upload, first / Upload % 2 == 0 ? "USD" : "EUR"), "application/x-ndjson");
            Assert.Equal(202, status);
        }
    }

    /// <summary>
    /// Sends at a steady rate for as long as it is asked to, so that no kill comes after the load; returns how many events that were.
    /// </summary>
    private static async Task<int> SendUntilAsync(HttpClient casino, CancellationToken enough)
    {
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        var sent = 0;
        while (!enough.IsCancellationRequested)
        {
            var currency = sent / Upload % 2 == 0 ? "USD" : "EUR";
            var (status, _) = await PostAsync(casino, Bets(sent + 1, Upload, currency), "application/x-ndjson");
            Assert.Equal(202, status);
            sent += Upload;
            await pace.WaitForNextTickAsync(CancellationToken.None);
        }
        return sent;
    }

    // The last line of a process that was killed may be half of one.
    private static bool Whole(string line) => line.EndsWith('}');

    private static long Id(string line) => (long)JsonNode.Parse(line)!["id"]!;
}
