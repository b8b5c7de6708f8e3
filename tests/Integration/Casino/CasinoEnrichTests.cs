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
    public async Task Each_event_is_printed_once_in_its_final_form_with_its_own_keys()
    {
        await using var system = await CreateAsync();
        var process = await system.SpawnAsync(AllButGenerator);
        var casino = await ReadyAsync(process);

        await PostAsync(casino, $"{Bet(1)}\n{Start(2)}\n{Deposit(3, 99, 1, "BTC")}", "application/x-ndjson");
        await Eventually.True(() => process.Output.Count == 3);

        Assert.Equal(
            [
                """{"id":1,"player_id":11,"game_id":101,"type":"bet","amount":500,"currency":"USD","has_won":false,"created_at":"2022-02-02T23:45:00Z","amount_eur":468,"player":{"email":"jane@example.com","last_signed_in_at":"2022-02-02T23:40:00Z"},"description":"Player #11 (jane@example.com) placed a bet of 5 USD (4.68 EUR) on a game \"It's bananas!\" on February 2nd, 2022 at 23:45 UTC."}""",
                """{"id":2,"player_id":10,"game_id":100,"type":"game_start","created_at":"2022-01-10T12:34:00Z","player":{"email":"john@example.com","last_signed_in_at":"2022-01-10T12:30:00Z"},"description":"Player #10 (john@example.com) started playing a game \"Rocket Dice\" on January 10th, 2022 at 12:34 UTC."}""",
                """{"id":3,"player_id":99,"type":"deposit","amount":1,"currency":"BTC","created_at":"2022-02-03T12:12:00Z","amount_eur":0,"player":{},"description":"Player #99 made a deposit of 0.00000001 BTC (0 EUR) on February 3rd, 2022 at 12:12 UTC."}""",
            ],
            process.Output.Order());
        Assert.Contains("found no player, the latest of 99", process.Errors, StringComparison.Ordinal);
    }

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
    public async Task A_player_is_looked_up_afresh()
    {
        await using var system = await CreateAsync();
        var process = await system.SpawnAsync(AllButGenerator);
        var casino = await ReadyAsync(process);
        await PostAsync(casino, Start(1, 500));
        await Eventually.True(() => process.Output.Count == 1);

        await ExecuteAsync(system, "insert into casino.players (id, email) values (500, 'new@example.com')");
        await PostAsync(casino, Start(2, 500));
        await Eventually.True(() => process.Output.Count == 2);

        Assert.Equal(
            ["{}", """{"email":"new@example.com"}"""], process.Output.Select(line => JsonNode.Parse(line)!["player"]!.ToJsonString()));
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
    public async Task A_line_that_is_no_event_is_a_dead_letter_and_its_neighbours_go_on()
    {
        await using var system = await CreateAsync();
        var process = await system.SpawnAsync(AllButGenerator);
        var casino = await ReadyAsync(process);
        var js = new NatsJSContext(system.Client);

        await js.PublishAsync(
            "casino.currency.plain",
            Encoding.UTF8.GetBytes(
                $"garbage\n{Start(1)}\n{{\"id\":2,\"player_id\":1,\"type\":\"bet\",\"amount\":5,\"currency\":\"XYZ\"}}"));
        await js.PublishAsync(
            "casino.description", Encoding.UTF8.GetBytes("{\"id\":4,\"player_id\":1,\"type\":\"bet\",\"currency\":\"CHF\"}"));
        await js.PublishAsync("casino.currency.plain", Array.Empty<byte>());
        await js.PublishAsync("casino.currency.plain", Encoding.UTF8.GetBytes(Bet(3)));

        Assert.Equal(2, (long)(await CountedAsync(casino, 2))["events_total"]!);
        await system.SettledAsync();
        await using var letters = system.Database.CreateCommand(
            "select stage, subject, class, code, convert_from(payload, 'utf8') from ops.dead_letters where system = 'casino' order by id");
        await using var rows = await letters.ExecuteReaderAsync();
        var kept = new List<string>();
        while (await rows.ReadAsync())
            kept.Add(string.Join(' ', Enumerable.Range(0, 5).Select(rows.GetString)));
        Assert.Equal(
            [
                """currency casino.currency.plain poison unreadable garbage""",
                """currency casino.currency.plain poison unreadable {"id":2,"player_id":1,"type":"bet","amount":5,"currency":"XYZ"}""",
                """description casino.description poison unreadable {"id":4,"player_id":1,"type":"bet","currency":"CHF"}""",
            ],
            kept.Order());
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

    private static async Task ExecuteAsync(CasinoSystem system, string sql)
    {
        await using var command = new NpgsqlCommand(sql, await system.Database.OpenConnectionAsync());
        await command.ExecuteNonQueryAsync();
    }
}
