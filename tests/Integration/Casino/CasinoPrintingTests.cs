using System.Text;
using System.Text.Json.Nodes;
using NATS.Client.JetStream;
using RideIngest.Integration.Systems;
using RideIngest.TestKit.Waiting;
using static RideIngest.Integration.Casino.CasinoSystem;
using static RideIngest.Integration.Casino.GivenEvents;

namespace RideIngest.Integration.Casino;

/// <summary>What a casino prints and logs.</summary>
public sealed class CasinoPrintingTests(SpawnedCasino spawned) : IClassFixture<SpawnedCasino>
{
    [Fact]
    public async Task Each_event_is_printed_once_in_its_final_form_with_its_own_keys()
    {
        await PostAsync(spawned.Client, $"{Bet(1)}\n{Start(2)}\n{Deposit(3, 99, 1, "BTC")}", "application/x-ndjson");
        await Eventually.True(() => Printed(1, 2, 3).Count == 3);
        await spawned.System.SettledAsync();

        Assert.Equal(
            [
                """{"id":1,"player_id":11,"game_id":101,"type":"bet","amount":500,"currency":"USD","has_won":false,"created_at":"2022-02-02T23:45:00Z","amount_eur":468,"player":{"email":"jane@example.com","last_signed_in_at":"2022-02-02T23:40:00Z"},"description":"Player #11 (jane@example.com) placed a bet of 5 USD (4.68 EUR) on a game \"It's bananas!\" on February 2nd, 2022 at 23:45 UTC."}""",
                """{"id":2,"player_id":10,"game_id":100,"type":"game_start","created_at":"2022-01-10T12:34:00Z","player":{"email":"john@example.com","last_signed_in_at":"2022-01-10T12:30:00Z"},"description":"Player #10 (john@example.com) started playing a game \"Rocket Dice\" on January 10th, 2022 at 12:34 UTC."}""",
                """{"id":3,"player_id":99,"type":"deposit","amount":1,"currency":"BTC","created_at":"2022-02-03T12:12:00Z","amount_eur":0,"player":{},"description":"Player #99 made a deposit of 0.00000001 BTC (0 EUR) on February 3rd, 2022 at 12:12 UTC."}""",
            ],
            Printed(1, 2, 3).Order());
        Assert.Contains("Lookups since the last warning that found no player: ", spawned.Process.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_player_is_looked_up_afresh()
    {
        await PostAsync(spawned.Client, Start(11, 500));
        await Eventually.True(() => Printed(11).Count == 1);

        await spawned.System.Database.ExecuteAsync("insert into casino.players (id, email) values (500, 'new@example.com')");
        await PostAsync(spawned.Client, Start(12, 500));
        await Eventually.True(() => Printed(12).Count == 1);

        Assert.Equal(
            ["{}", """{"email":"new@example.com"}"""], Printed(11, 12).Select(line => JsonNode.Parse(line)!["player"]!.ToJsonString()));
    }

    [Fact]
    public async Task A_line_that_is_no_event_is_a_dead_letter_and_its_neighbours_go_on()
    {
        var js = new NatsJSContext(spawned.System.Client);
        await spawned.System.SettledAsync();
        var before = (long)(await CountedAsync(spawned.Client, 0))["events_total"]!;

        await js.PublishAsync(
            "casino.currency.plain",
            Encoding.UTF8.GetBytes(
                $"garbage\n{Start(21)}\n{{\"id\":22,\"player_id\":1,\"type\":\"bet\",\"amount\":5,\"currency\":\"XYZ\"}}"));
        await js.PublishAsync(
            "casino.description", Encoding.UTF8.GetBytes("{\"id\":24,\"player_id\":1,\"type\":\"bet\",\"currency\":\"CHF\"}"));
        await js.PublishAsync("casino.currency.plain", Array.Empty<byte>());
        await js.PublishAsync("casino.currency.plain", Encoding.UTF8.GetBytes(Bet(23)));

        await CountedAsync(spawned.Client, before + 2);
        await spawned.System.SettledAsync();
        Assert.Equal(before + 2, (long)(await CountedAsync(spawned.Client, before + 2))["events_total"]!);
        await using var letters = spawned.System.Database.CreateCommand(
            "select stage, subject, class, code, convert_from(payload, 'utf8') from ops.dead_letters where system = 'casino' order by id");
        await using var rows = await letters.ExecuteReaderAsync();
        var kept = new List<string>();
        while (await rows.ReadAsync())
            kept.Add(string.Join(' ', Enumerable.Range(0, 5).Select(rows.GetString)));
        Assert.Equal(
            3, kept.Count(letter => letter.Contains(" poison unreadable ", StringComparison.Ordinal)));
        Assert.Contains("currency casino.currency.plain poison unreadable garbage", kept);
    }

    /// <summary>The lines of these events, in the order in which they were printed.</summary>
    private List<string> Printed(params long[] ids) =>
        [.. spawned.Process.Output.Where(line => ids.Contains((long)JsonNode.Parse(line)!["id"]!))];
}
