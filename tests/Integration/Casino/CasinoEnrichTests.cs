using System.Text;
using System.Text.Json.Nodes;
using NATS.Client.JetStream;
using Npgsql;
using RideIngest.Simulators.Rates;
using RideIngest.TestKit.Waiting;
using static RideIngest.Integration.Casino.CasinoSystem;
using static RideIngest.Integration.Casino.GivenEvents;

namespace RideIngest.Integration.Casino;

/// <summary>How events are completed, and that they wait for what they need.</summary>
public sealed class CasinoEnrichTests
{
    [Fact]
    public async Task Euros_need_no_call_and_rates_are_asked_for_once()
    {
        await using var system = await CreateAsync();
        var casino = await system.RunAsync();

        await PostAsync(casino, $"[{Deposit(1)},{Start(2)}]");
        await CountedAsync(casino, 2);
        Assert.Equal(0, system.Rates.Asked);

        for (var id = 3; id < 23; id++)
            await PostAsync(casino, Bet(id));
        await CountedAsync(casino, 22);
        Assert.Equal(1, system.Rates.Asked);
    }

    [Theory]
    [InlineData(RatesFault.Errors)]
    [InlineData(RatesFault.Garbage)]
    [InlineData(RatesFault.Silent)]
    public async Task Without_rates_events_wait_and_those_that_need_none_go_on(RatesFault fault)
    {
        await using var system = await CreateAsync();
        system.Rates.Fault = fault;
        var casino = await system.RunAsync();

        await PostAsync(casino, string.Join('\n', [Bets(1, 100), Bets(1001, 50, "EUR")]), "application/x-ndjson");
        await Eventually.True(() => system.Rates.Asked >= 3);
        await PostAsync(casino, Deposit(2001, 12, 700));
        Assert.Equal(51, (long)(await CountedAsync(casino, 51))["events_total"]!);

        system.Rates.Fault = RatesFault.None;
        var figures = await CountedAsync(casino, 151);
        await system.SettledAsync();
        Assert.Equal((151, 700), ((long)figures["events_total"]!, (long)figures["top_player_deposits"]!["count"]!));
    }

    [Fact]
    public async Task While_rates_fail_the_process_is_degraded_and_its_metrics_show_it()
    {
        await using var system = await CreateAsync();
        system.Rates.Fault = RatesFault.Errors;
        var casino = await ReadyAsync(await system.SpawnAsync(AllButGenerator));

        await PostAsync(casino, Bet(1, currency: "USD"));
        await IsAsync(1, """{"status":"degraded","missing":[{"name":"rates",""");
        system.Rates.Fault = RatesFault.None;
        await IsAsync(0, """{"status":"ready"}""");

        Task IsAsync(int failing, string readiness) => Eventually.True(async () =>
            (await casino.GetStringAsync("/readyz")).StartsWith(readiness, StringComparison.Ordinal)
            && (await casino.GetStringAsync("/metrics")).Split('\n').Any(line =>
                line.StartsWith("rideingest_casino_rates_failing", StringComparison.Ordinal)
                && line.EndsWith($" {failing}", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task What_waited_for_rates_is_priced_by_them()
    {
        await using var system = await CreateAsync();
        system.Rates.Fault = RatesFault.Garbage;
        var casino = await system.RunAsync();
        await PostAsync(casino, $"[{Deposit(1, 14, 10_684, "USD")},{Deposit(2, 14, 100_000_000, "BTC")}]");
        await Eventually.True(() => system.Rates.Asked >= 3);

        system.Rates.Fault = RatesFault.None;

        Assert.Equal("""{"id":14,"count":6260000}""", (await CountedAsync(casino, 2))["top_player_deposits"]!.ToJsonString());
    }

    [Fact]
    public async Task While_Postgres_is_away_events_wait_and_none_is_lost()
    {
        await using var system = await CreateAsync(ownPostgres: true);
        var casino = await system.RunAsync();
        await PostAsync(casino, Start(1));
        await CountedAsync(casino, 1);
        await system.Postgres.StopAsync();

        Assert.Equal(202, (await PostAsync(casino, Bets(2, 500), "application/x-ndjson")).Status);
        Assert.Equal(1, (long)(await CountedAsync(casino, 1))["events_total"]!);
        await system.Postgres.RestartAsync();

        Assert.Equal(501, (long)(await CountedAsync(casino, 501))["events_total"]!);
    }

    [Fact]
    public async Task A_frame_that_becomes_too_long_when_it_is_completed_goes_on_in_parts()
    {
        const int Events = 9000;
        await using var system = await CreateAsync();
        var casino = await system.RunAsync();

        await new NatsJSContext(system.Client).PublishAsync(
            "casino.currency.plain", Encoding.UTF8.GetBytes(string.Join('\n', Enumerable.Range(1, Events).Select(id => Start(id)))));

        Assert.Equal(Events, (long)(await CountedAsync(casino, Events))["events_total"]!);
        await system.SettledAsync();
    }
}
