using System.Net;
using Microsoft.Playwright;
using RideIngest.Integration.Systems;
using static Microsoft.Playwright.Assertions;
using static RideIngest.Integration.Casino.CasinoSystem;
using static RideIngest.Integration.Casino.GivenEvents;

namespace RideIngest.Integration.Casino;

/// <summary>The live page, in a real browser.</summary>
public sealed class CasinoPageTests : IAsyncLifetime
{
    private readonly PageVisits _visits = new();
    private CasinoSystem _system = null!;

    public async Task InitializeAsync() => _system = await CreateAsync();

    public async Task DisposeAsync()
    {
        await _visits.CloseAsync();
        await _system.DisposeAsync();
    }

    [Fact]
    public async Task It_shows_events_as_they_are_counted()
    {
        var casino = await _system.RunAsync();
        var page = await _visits.NewAsync(casino.BaseAddress!.AbsoluteUri);
        var complaints = new List<string>();
        page.Console += (_, message) => complaints.Add(message.Text);
        page.PageError += (_, error) => complaints.Add(error);

        await page.GotoAsync("/casino");
        await Expect(page.Locator("#said")).ToHaveTextAsync("Live");
        await Expect(page.Locator("#latest")).ToContainTextAsync("None yet.");
        Assert.Equal(202, (await PostAsync(casino, $"[{Bet(1)},{Deposit(2)}]")).Status);

        await Expect(page.Locator("#events_total")).ToHaveTextAsync("2");
        await Expect(page.Locator("#latest")).ToContainTextAsync("Player #11 (jane@example.com) placed a bet of 5 USD (4.68 EUR)");
        await Expect(page.Locator("#bets")).ToContainTextAsync("Player 11");
        await Expect(page.Locator("#deposits")).ToContainTextAsync("€100.00");
        await Expect(page.Locator("nav .active")).ToHaveTextAsync("Casino");
        Assert.Empty(complaints);
    }

    [Fact]
    public async Task Where_keys_are_required_a_person_signs_in_and_sees_the_figures()
    {
        var casino = await _system.RunAsync(
            args: [
                .. Keys.Of(0, "floor", "the-floors-key", "read", "casino:write"), .. Keys.Of(1, "table", "the-tables-key", "casino:write"),
            ]);
        casino.DefaultRequestHeaders.Add("X-Api-Key", "the-floors-key");
        Assert.Equal(202, (await PostAsync(casino, Deposit(1))).Status);
        await CountedAsync(casino, 1);
        var page = await _visits.NewAsync(casino.BaseAddress!.AbsoluteUri);

        await page.GotoAsync("/casino");
        await PageVisits.SignInAsync(page, "the-tables-key");
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("lacks the scope");
        await PageVisits.SignInAsync(page, "the-floors-key");
        await Expect(page.Locator("#events_total")).ToHaveTextAsync("1");
        await Expect(page.Locator(".signed-in")).ToContainTextAsync("floor");
        await page.ReloadAsync();
        await Expect(page.Locator("#events_total")).ToHaveTextAsync("1");
    }

    [Fact]
    public async Task A_process_that_does_not_count_serves_no_page()
    {
        var casino = await _system.RunAsync("player");
        using var answer = await casino.GetAsync("/casino");

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }
}
