using System.Text.RegularExpressions;
using Microsoft.Playwright;
using RideIngest.Integration.Storage;
using RideIngest.Integration.Systems;
using RideIngest.Storage.DeadLetters;
using RideIngest.TestKit.Waiting;
using static Microsoft.Playwright.Assertions;

namespace RideIngest.Integration.Console;

/// <summary>The pages for dead letters, over a real consumer and in a real browser.</summary>
public sealed class LetterPageTests(ConsoleRig rig) : IClassFixture<ConsoleRig>, IAsyncLifetime
{
    private readonly ConsumerRig _rides = rig.Rides;
    private readonly DeadLetterStore _store = new(rig.Rides.Database);
    private readonly PageVisits _visits = new();

    public Task InitializeAsync() => _rides.ClearAsync();

    public Task DisposeAsync() => _visits.CloseAsync();

    [Fact]
    public async Task An_operator_finds_the_group_of_unreadable_frames_repairs_one_and_discards_the_rest()
    {
        for (var user = 1; user <= 4; user++)
            await _rides.PublishAsync($$"""{"id":{{user}},"user_id":"<b>{{user}}</b>"}""");
        await Eventually.True(async () => await _rides.CountAsync("ops.dead_letters") == 4);
        var page = await _visits.OpenAsync(rig.Url, "/letters", "ada-key");

        var groups = page.GetByRole(AriaRole.Region, new() { Name = "Equal failures" });
        await Expect(groups.GetByRole(AriaRole.Row).Nth(1)).ToContainTextAsync("4");
        await groups.GetByRole(AriaRole.Link).ClickAsync();
        await Expect(page.Locator("#letters-name ~ div tbody tr")).ToHaveCountAsync(4);
        await page.GetByRole(AriaRole.Row).Filter(new() { Has = page.GetByRole(AriaRole.Cell, new() { Name = "4", Exact = true }) })
            .GetByRole(AriaRole.Link, new() { Name = "4", Exact = true }).First.ClickAsync();
        await Expect(page.Locator("h1")).ToHaveTextAsync(new Regex("^Letter [0-9]+: bookings 4$"));

        // Markup is text.
        await Expect(page.GetByLabel("Payload", new() { Exact = true })).ToContainTextAsync("\"user_id\": \"<b>4</b>\"");
        var content = page.GetByLabel("Content to send instead");
        await content.FillAsync("""{"id":4}""");
        await page.GetByRole(AriaRole.Button, new() { Name = "Check and replay" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("user_id is required");
        await Expect(content).ToHaveValueAsync("""{"id":4}""");

        await content.FillAsync(Pretty(ConsumerRig.Line(4)));
        await page.GetByRole(AriaRole.Button, new() { Name = "Check and replay" }).ClickAsync();
        await Expect(page.Locator("#state")).ToHaveTextAsync("replayed");
        await Expect(page.Locator("#history")).ToContainTextAsync("replayed with other content");
        await Expect(page.GetByLabel("Content sent by ada")).ToContainTextAsync("\"id\": 4");
        await Eventually.True(async () => await _rides.CountAsync("rides.bookings where id = 4") == 1);

        await page.GetByRole(AriaRole.Link, new() { NameRegex = new("^[0-9a-f]{16}$") }).ClickAsync();
        await Expect(page.Locator("#letters-name ~ div tbody tr")).ToHaveCountAsync(3);
        await page.GetByRole(AriaRole.Link, new() { Name = "Replay or discard all of these" }).ClickAsync();
        await Expect(page.Locator("h1")).ToHaveTextAsync("Replay or discard 3 letters");
        await page.GetByLabel("Reason").FillAsync("a test of the sender");
        await page.GetByRole(AriaRole.Button, new() { Name = "Discard all" }).ClickAsync();

        await Expect(page.GetByRole(AriaRole.Status)).ToHaveTextAsync("3 letters were discarded.");
        Assert.Equal(3, await _rides.CountAsync("ops.dead_letters where state = 'discarded'"));
        await page.GotoAsync("/letters/audit");
        await Expect(page.GetByRole(AriaRole.Row)).ToHaveCountAsync(5);
        await Expect(page.GetByRole(AriaRole.Row).Nth(1)).ToContainTextAsync("a test of the sender");
        await Expect(page.GetByRole(AriaRole.Row).Nth(4)).ToContainTextAsync("replayed with other content");
        await Expect(page.GetByRole(AriaRole.Row).Nth(4).GetByRole(AriaRole.Cell).Nth(1)).ToHaveTextAsync("4");
        await Expect(page.GetByRole(AriaRole.Row).Nth(4)).ToContainTextAsync(new Regex(@" ago \(20..-..-.. ..:..:.. UTC\)"));
        _visits.AssertNoComplaints(but: "422");
    }

    [Fact]
    public async Task Letters_that_match_a_filter_are_replayed_at_a_rate_and_the_page_shows_how_far()
    {
        await _store.AddAsync([.. Enumerable.Range(1, 30).Select(id => DeadLetters.Letter($"{id}", payload: ConsumerRig.Line(id)))]);
        await _store.AddAsync([DeadLetters.Letter("31", payload: ConsumerRig.Line(31)) with { Code = "other" }]);
        var page = await _visits.OpenAsync(rig.Url, "/letters", "bob-key");

        await page.GetByLabel("Code", new() { Exact = true }).FillAsync("23514");
        await page.GetByRole(AriaRole.Button, new() { Name = "Show" }).ClickAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Replay or discard all of these" }).ClickAsync();
        await Expect(page.Locator("h1")).ToHaveTextAsync("Replay or discard 30 letters");
        await page.GetByLabel("Letters per second").FillAsync("1000");
        await page.GetByRole(AriaRole.Button, new() { Name = "Replay all" }).ClickAsync();

        await Expect(page.Locator("#replay")).ToContainTextAsync("It is finished.");
        await Expect(page.Locator("#replay .figures")).ToContainTextAsync("Replayed30");
        await Eventually.True(async () => await _rides.CountAsync() == 30);
        Assert.Equal("other", await _rides.Database.ScalarAsync<string>("select code from ops.dead_letters where state = 'open'"));
        Assert.Empty(_visits.Complaints);
    }

    [Fact]
    public async Task A_letter_is_discarded_and_restored_and_a_click_that_comes_too_late_is_told_who_was_first()
    {
        await _store.AddAsync([DeadLetters.Letter("1", payload: ConsumerRig.Line(1))]);
        var id = await rig.LetterAsync("23514");
        var page = await _visits.OpenAsync(rig.Url, $"/letters/{id}", "bob-key");
        await Expect(page.GetByLabel("Content to send instead")).ToHaveCountAsync(0);

        // A form in which the focus is stays, although its action is not possible any more.
        await page.GetByLabel("Reason").FocusAsync();
        await rig.Ada.PostAsync($"{ConsoleRig.Letters}/{id}/discard", new System.Text.Json.Nodes.JsonObject { ["reason"] = "a test" });

        await Expect(page.Locator("#state")).ToHaveTextAsync("discarded");
        await page.GetByRole(AriaRole.Button, new() { Name = "Replay" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("It was discarded by ada at");
        await page.GetByRole(AriaRole.Button, new() { Name = "Restore" }).ClickAsync();
        await Expect(page.Locator("#state")).ToHaveTextAsync("open");
        await page.GetByLabel("Reason").FillAsync("another test");
        await page.GetByRole(AriaRole.Button, new() { Name = "Discard" }).ClickAsync();

        await Expect(page.Locator("#state")).ToHaveTextAsync("discarded");
        await Expect(page.Locator("#history tbody tr")).ToHaveCountAsync(3);
        await Expect(page.Locator("#history")).ToContainTextAsync("another test");
        _visits.AssertNoComplaints(but: "409");
    }

    [Fact]
    public async Task Bytes_that_are_no_text_are_shown_as_hex()
    {
        await _store.AddAsync([DeadLetters.Letter("1") with { Payload = new byte[] { 0xff, 0x00, (byte)'A' } }]);

        var page = await _visits.OpenAsync(rig.Url, $"/letters/{await rig.LetterAsync("23514")}", "ada-key");

        await Expect(page.GetByLabel("Payload", new() { Exact = true })).ToContainTextAsync("00000000  ff 00 41");
        Assert.Empty(_visits.Complaints);
    }

    [Fact]
    public async Task Without_the_scope_ops_letters_are_listed_without_their_payloads_and_without_actions()
    {
        await _store.AddAsync([DeadLetters.Letter("1", payload: ConsumerRig.Line(1))]);
        var id = await rig.LetterAsync("23514");
        var page = await _visits.OpenAsync(rig.Url, "/letters", "carl-key");

        await Expect(page.Locator("#letters-name ~ div tbody tr")).ToHaveCountAsync(1);
        await Expect(page.Locator($"a[href='/letters/{id}'], a[href^='/letters/all'], [name=text]")).ToHaveCountAsync(0);
        await page.GotoAsync($"/letters/{id}");
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("lacks the scope");
        Assert.Empty(_visits.Complaints);
    }

    [Theory]
    [InlineData("/letters?class=bad", 400, "class must be one of poison, partner, system.")]
    [InlineData("/letters?sytem=rides", 400, "sytem is unknown")]
    [InlineData("/letters/all?state=discarded", 400, "only open letters are replayed or discarded")]
    [InlineData("/letters/999999", 404, "There is no dead letter 999999.")]
    [InlineData("/letters/replays/999999", 404, "There is no replay 999999.")]
    public async Task What_cannot_be_shown_is_said(string path, int status, string reason)
    {
        var page = await _visits.OpenAsync(rig.Url, path, "ada-key", status);

        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync(reason);
    }

    private static string Pretty(string line) => line.Replace(",", ",\n  ", StringComparison.Ordinal);
}
