using System.Text.Json.Nodes;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using NATS.Client.Core;
using RideIngest.Console;
using RideIngest.Contracts.Checking;
using RideIngest.Hosting.Processes;
using RideIngest.Integration.Casino;
using RideIngest.Integration.Systems;
using RideIngest.TestKit.Waiting;
using static Microsoft.Playwright.Assertions;
using static RideIngest.Integration.Casino.GivenEvents;

namespace RideIngest.Integration.Console;

/// <summary>A dead letter of a system of stages, from the stage that rejects it to the stage that counts it.</summary>
public sealed class CasinoLettersTests : IAsyncLifetime, IDisposable
{
    private const string Player = "casino.player";

    private readonly PageVisits _visits = new();
    private CasinoSystem _system = null!;
    private RideIngestHost _console = null!;
    private OperatorClient _nobody = null!;

    public async Task InitializeAsync()
    {
        _system = await CasinoSystem.CreateAsync();
        _console = RideIngestHost.Create("console", [.. _system.ServerArgs, "--logging:level=fatal"], new ConsoleModule());
        await _console.StartAsync();
        _nobody = new OperatorClient(_console.Urls[0], "");
    }

    public async Task DisposeAsync()
    {
        await _visits.CloseAsync();
        await _console.StopAsync();
        await _console.DisposeAsync();
        await _system.DisposeAsync();
    }

    public void Dispose() => _nobody.Dispose();

    [Fact]
    public async Task An_event_that_a_stage_rejected_passes_it_and_all_later_stages_when_it_is_replayed()
    {
        var casino = await RunAsync();
        var letter = await RejectedAsync("""{"id":"no number"}""");

        var replayed = await ReplayAsync(letter, Bet(2));

        Assert.Equal(("unreadable", "no number", 202), ((string)letter["code"]!, (string)letter["key"]!, replayed.Status));
        Assert.Equal("id has a value that cannot be read", (string)letter["message"]!);
        Assert.Null(replayed.Json["note"]);
        Assert.Equal(2, (long)(await CasinoSystem.CountedAsync(casino, 2))["events_total"]!);
        Assert.Equal("anyone", (string)(await HistoryAsync(letter))[0]!["who"]!);
    }

    [Fact]
    public async Task Content_that_its_stage_would_reject_again_is_refused_with_the_field_and_stays_open()
    {
        await RunAsync();
        var letter = await RejectedAsync(Ten);

        var unchanged = await ReplayAsync(letter, Ten);
        var second = await ReplayAsync(letter, Bet(2), Bet(3, currency: "XXX"));

        Assert.Equal((422, 422), (unchanged.Status, second.Status));
        Assert.StartsWith("amount ", (string)unchanged.Json["detail"]!, StringComparison.Ordinal);
        Assert.Equal(["amount"], unchanged.Json["errors"]!.AsObject().Select(error => error.Key));
        Assert.Equal(["[1].currency"], second.Json["errors"]!.AsObject().Select(error => error.Key));
        Assert.Empty(await HistoryAsync(letter));
    }

    [Fact]
    public async Task Content_that_nobody_can_check_is_sent_and_the_answer_the_history_and_the_page_say_so()
    {
        await RunAsync();
        var letter = await RejectedAsync(Ten);
        await _system.Database.ExecuteAsync("update ops.dead_letters set stage = 'gone'");

        var replayed = await ReplayAsync(letter, Bet(2));

        const string Note = "The content was not checked: no process of casino that knows the stage gone answered.";
        Assert.Equal((202, Note), (replayed.Status, (string)replayed.Json["note"]!));
        Assert.Equal(Note, (string)(await HistoryAsync(letter))[0]!["note"]!);
        var page = await _visits.OpenAsync(_console.Urls[0], $"/letters/{letter["id"]}");
        await Expect(page.Locator("#sent")).ToContainTextAsync(Note);
    }

    [Fact]
    public async Task Content_that_is_the_letters_own_is_a_plain_replay()
    {
        await RunAsync();
        var letter = await RejectedAsync(Ten);
        await _system.Database.ExecuteAsync($"update ops.dead_letters set payload = convert_to('{Bet(2)}', 'UTF8')");

        var replayed = await ReplayAsync(letter, Bet(2));

        Assert.Equal(202, replayed.Status);
        Assert.Null((await HistoryAsync(letter))[0]!["payload"]);
    }

    [Fact]
    public async Task On_a_letters_page_content_is_refused_with_the_field_and_good_content_is_counted()
    {
        var casino = await RunAsync();
        var letter = await RejectedAsync(Ten);
        var page = await _visits.OpenAsync(_console.Urls[0], $"/letters/{letter["id"]}");

        await page.GetByRole(AriaRole.Button, new() { Name = "Check and replay" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("amount");
        var content = page.GetByLabel("Content to send instead");
        await content.FillAsync((await content.InputValueAsync()).Replace("\"ten\"", "1000", StringComparison.Ordinal));
        await page.GetByRole(AriaRole.Button, new() { Name = "Check and replay" }).ClickAsync();

        await Expect(page.Locator("#state")).ToHaveTextAsync("replayed");
        Assert.Equal(2, (long)(await CasinoSystem.CountedAsync(casino, 2))["events_total"]!);
        await Expect(page.GetByLabel("Content sent by anyone")).ToContainTextAsync("\"amount\": 1000");
        foreach (var scheme in (ColorScheme[])[ColorScheme.Light, ColorScheme.Dark])
        {
            await page.EmulateMediaAsync(new() { ColorScheme = scheme });
            Assert.Empty((await page.RunAxe()).Violations.SelectMany(rule => rule.Nodes.Select(node => $"{rule.Id}: {node.Html}")));
        }
        _visits.AssertNoComplaints(but: "422");
    }

    [Fact]
    public async Task A_letters_page_that_is_open_follows_a_replay_that_fails_again_and_keeps_what_is_written_in_it()
    {
        await RunAsync();
        var letter = await RejectedAsync(Ten);
        var page = await _visits.OpenAsync(_console.Urls[0], $"/letters/{letter["id"]}");
        var content = page.GetByLabel("Content to send instead");
        await content.FillAsync("half-written");
        await page.Locator("h1").ClickAsync();

        await _system.Database.ExecuteAsync("update ops.dead_letters set state = 'replayed'");
        await Expect(page.Locator("#sent")).ToContainTextAsync("It is sent again.");
        await Expect(content).ToBeHiddenAsync();
        await _system.Client.PublishAsync(Player, Ten);

        await Expect(page.Locator("#history")).ToContainTextAsync("reopened");
        await Expect(page.Locator("#state")).ToHaveTextAsync("open");
        await Expect(page.Locator("#sent")).ToBeEmptyAsync();
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Check and replay" })).ToBeVisibleAsync();
        await Expect(content).ToHaveValueAsync("half-written");
        await Expect(page.Locator("section h3")).ToHaveTextAsync(["Edit and replay", "Replay", "Discard"]);
        Assert.Empty(_visits.Complaints);
    }

    private static string Ten => Bet(900001).Replace("\"amount\":500", "\"amount\":\"ten\"", StringComparison.Ordinal);

    /// <summary>Runs a casino that has counted one event, and that checks content.</summary>
    private async Task<HttpClient> RunAsync()
    {
        var casino = await _system.RunAsync();
        await CasinoSystem.PostAsync(casino, Start(1));
        await CasinoSystem.CountedAsync(casino, 1);
        await Eventually.True(async () =>
        {
            try
            {
                await _system.Client.RequestAsync<string, byte[]>(ContentProblem.Subject("casino", "player"), Bet(1));
                return true;
            }
            catch (NatsNoRespondersException)
            {
                return false;
            }
        });
        return casino;
    }

    /// <summary>Publishes an event that a stage rejects; returns its letter.</summary>
    private async Task<JsonNode> RejectedAsync(string line)
    {
        await _system.Client.PublishAsync(Player, line);
        await Eventually.True(async () => await _system.Database.ScalarAsync<long>("select count(*) from ops.dead_letters") == 1);
        return (await _nobody.GetAsync($"{ConsoleRig.Letters}?system=casino&stage=player")).Json["items"]![0]!;
    }

    private Task<Answer> ReplayAsync(JsonNode letter, params string[] lines) => _nobody.PostAsync(
        $"{ConsoleRig.Letters}/{letter["id"]}/replay",
        new JsonObject { ["payload"] = new JsonArray([.. lines.Select(line => JsonNode.Parse(line))]) });

    private async Task<JsonArray> HistoryAsync(JsonNode letter) =>
        (await _nobody.GetAsync($"{ConsoleRig.Letters}/{letter["id"]}")).Json["actions"]!.AsArray();
}
