using Microsoft.Playwright;
using RideIngest.Integration.Systems;
using static Microsoft.Playwright.Assertions;
using static RideIngest.Integration.Casino.CasinoSystem;
using static RideIngest.Integration.Casino.GivenEvents;

namespace RideIngest.Integration.Casino;

/// <summary>The live page, in a real browser.</summary>
public sealed class CasinoPageTests : IAsyncLifetime
{
    private readonly List<IPage> _pages = [];
    private CasinoSystem _system = null!;

    public async Task InitializeAsync() => _system = await CreateAsync();

    public async Task DisposeAsync()
    {
        foreach (var page in _pages)
            await page.CloseAsync();
        await _system.DisposeAsync();
    }

    [Fact]
    public async Task It_shows_events_as_they_are_counted()
    {
        var casino = await _system.RunAsync();
        var page = await OpenAsync(casino);
        var complaints = new List<string>();
        page.Console += (_, message) => complaints.Add(message.Text);
        page.PageError += (_, error) => complaints.Add(error);

        await page.GotoAsync("/casino");
        await Expect(page.Locator("#said")).ToHaveTextAsync("Live");
        await Expect(page.Locator("#nothing")).ToBeVisibleAsync();
        Assert.Equal(202, (await PostAsync(casino, $"[{Bet(1)},{Deposit(2)}]")).Status);

        await Expect(page.Locator("#events_total")).ToHaveTextAsync("2");
        await Expect(page.Locator("#latest")).ToContainTextAsync("Player #11 (jane@example.com) placed a bet of 5 USD (4.68 EUR)");
        await Expect(page.Locator("#ask")).ToBeHiddenAsync();
        Assert.Empty(complaints);
    }

    [Fact]
    public async Task Where_keys_are_asked_for_it_asks_for_one_and_keeps_everything_to_itself_until_then()
    {
        var casino = await _system.RunAsync(
            args: [
                .. Keys.Of(0, "floor", "the-floors-key", "read", "casino:write"), .. Keys.Of(1, "table", "the-tables-key", "casino:write"),
            ]);
        casino.DefaultRequestHeaders.Add("X-Api-Key", "the-floors-key");
        Assert.Equal(202, (await PostAsync(casino, Deposit(1))).Status);
        await CountedAsync(casino, 1);
        var page = await OpenAsync(casino);

        await page.GotoAsync("/casino");
        await Expect(page.Locator("#ask")).ToBeVisibleAsync();
        await Expect(page.Locator("#events_total")).ToHaveTextAsync("–");
        await AnswerAsync(page, "the-tables-key");
        await Expect(page.Locator("#refused")).ToContainTextAsync("lacks the scope read");
        await AnswerAsync(page, "the-floors-key");

        await Expect(page.Locator("#events_total")).ToHaveTextAsync("1");
        await Expect(page.Locator("#said")).ToHaveTextAsync("Live");
        await Expect(page.Locator("#ask")).ToBeHiddenAsync();
        await page.ReloadAsync();
        await Expect(page.Locator("#events_total")).ToHaveTextAsync("1");
    }

    private async Task<IPage> OpenAsync(HttpClient casino)
    {
        var browser = await DebianChromium.SharedAsync();
        var page = await browser.NewPageAsync(new() { BaseURL = casino.BaseAddress!.AbsoluteUri });
        _pages.Add(page);
        return page;
    }

    private static async Task AnswerAsync(IPage page, string key)
    {
        await page.GetByLabel("API key").FillAsync(key);
        await page.GetByText("Show").ClickAsync();
    }
}
