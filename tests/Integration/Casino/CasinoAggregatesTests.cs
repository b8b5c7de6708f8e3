using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using NATS.Client.JetStream;
using RideIngest.Integration.Systems;
using RideIngest.TestKit.Waiting;
using static RideIngest.Integration.Casino.CasinoSystem;
using static RideIngest.Integration.Casino.GivenEvents;

namespace RideIngest.Integration.Casino;

/// <summary>What is answered live.</summary>
public sealed class CasinoAggregatesTests
{
    [Fact]
    public async Task The_figures_read_as_agreed_and_begin_with_zeros_and_nulls()
    {
        await using var system = await CreateAsync();
        var casino = await system.RunAsync();

        Assert.Equal(
            """{"events_total":0,"events_per_minute":0,"events_per_second_moving_average":0,"top_player_bets":null,"top_player_wins":null,"top_player_deposits":null}""",
            await casino.GetStringAsync("/materialized"));

        await PostAsync(casino, $"[{Start(1)},{Bet(2, 10)},{Bet(3, 10)},{Bet(4, 11, won: true)},{Deposit(5, 12, 15_000)}]");
        var figures = await CountedAsync(casino, 5);
        Assert.Matches(
            """^\{"events_total":5,"events_per_minute":[0-9.]+,"events_per_second_moving_average":[0-9.]+,"top_player_bets":\{"id":10,"count":2\},"top_player_wins":\{"id":11,"count":1\},"top_player_deposits":\{"id":12,"count":15000\}\}$""",
            figures.ToJsonString());
    }

    [Fact]
    public async Task An_event_delivered_twice_counts_once()
    {
        await using var system = await CreateAsync();
        var casino = await system.RunAsync();
        await PostAsync(casino, $"[{Bet(1)},{Deposit(2, 12, 700)}]");
        await CountedAsync(casino, 2);

        // From the sender, and at the end of the way.
        await PostAsync(casino, $"[{Bet(1)},{Deposit(2, 12, 700)},{Start(3)}]");
        var js = new NatsJSContext(system.Client);
        for (var i = 0; i < 3; i++)
            await js.PublishAsync("casino.aggregates", Encoding.UTF8.GetBytes($"{Bet(1)}\n{Bet(1)}\n"));
        await PostAsync(casino, Start(4));

        await CountedAsync(casino, 4);
        await system.SettledAsync();
        var figures = await CountedAsync(casino, 4);
        Assert.Equal(
            (4, 1, 700),
            ((long)figures["events_total"]!, (long)figures["top_player_bets"]!["count"]!, (long)figures["top_player_deposits"]!["count"]!));
    }

    [Fact]
    public async Task One_process_counts_and_another_takes_over_when_it_leaves()
    {
        await using var system = await CreateAsync();
        await system.RunAsync("currency,player,description");
        var first = await system.SpawnAsync("aggregates");
        var casino = await ReadyAsync(first);
        await PostAsync(casino, Bet(1));
        await CountedAsync(casino, 1);

        var second = await system.SpawnAsync("aggregates");
        using var standing = new HttpClient { BaseAddress = await second.UrlAsync() };
        await Eventually.True(
            async () => (await Answer.OfAsync(await standing.GetAsync("/readyz"))).Text.Contains("takes over", StringComparison.Ordinal));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await standing.GetAsync("/materialized")).StatusCode);

        first.Terminate();
        Assert.Equal(0, await first.ExitAsync());
        await PostAsync(standing, Bet(2));
        Assert.Equal(1, (long)(await CountedAsync(standing, 1))["events_total"]!);
        await Eventually.True(() => (first.Output.Count, second.Output.Count) == (1, 1));
    }

    [Fact]
    public async Task The_live_view_tells_the_figures_and_the_latest_descriptions()
    {
        await using var system = await CreateAsync();
        var casino = await system.RunAsync();
        await PostAsync(casino, $"[{Bet(1)},{Deposit(2)}]");
        await CountedAsync(casino, 2);

        using var answer = await casino.GetAsync("/casino/live", HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync());
        var view = JsonNode.Parse((await reader.ReadLineAsync())!["data: ".Length..])!;

        Assert.Equal("text/event-stream", answer.Content.Headers.ContentType?.MediaType);
        Assert.Equal(2, (long)view["figures"]!["events_total"]!);
        Assert.Equal(120, view["seconds"]!.AsArray().Count);
        Assert.Contains(
            view["latest"]!.AsArray(),
            e => ((string?)e!["description"])!.StartsWith(
                "Player #12 (bob@example.com) made a deposit of 100 EUR", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_page_asks_nothing_of_anybody_else()
    {
        await using var system = await CreateAsync();
        var casino = await system.RunAsync();
        using var page = await casino.GetAsync("/casino");
        Assert.Contains("<h1>Casino</h1>", await page.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Contains("default-src 'none'", page.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        Assert.DoesNotContain("://", await page.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        foreach (var (path, type) in (ValueTuple<string, string>[])[
            ("/casino/casino.css", "text/css"), ("/pages/pages.css", "text/css"), ("/casino/casino.js", "text/javascript"),
        ])
        {
            using var file = await casino.GetAsync(path);
            Assert.Equal(type, file.Content.Headers.ContentType?.MediaType);
        }
    }
}
