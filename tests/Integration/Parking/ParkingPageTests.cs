using Microsoft.Playwright;
using RideIngest.Integration.Systems;
using static Microsoft.Playwright.Assertions;
using static RideIngest.Integration.Parking.ParkingRig;

namespace RideIngest.Integration.Parking;

/// <summary>The pages, in a real browser.</summary>
public sealed class ParkingPageTests : IAsyncLifetime
{
    private readonly PageVisits _visits = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => _visits.CloseAsync();

    [Fact]
    public async Task They_show_who_is_inside_and_an_operator_settles_an_unmatched_exit()
    {
        await using var parking = await StartAsync("--parking:grace=1s");
        var page = await _visits.OpenAsync(parking.System.Url, "/parking");
        await Expect(page.GetByText("Nobody is inside.")).ToBeVisibleAsync();

        await parking.PassAsync(
            Entry("e1", "KA01AB1234", "08:00"), Entry("e2", "ZZ99ZZ9999", "09:00"), Exit("x1", "KA01A81234", "10:00"),
            Entry("e3", "A1", "08:00"), Exit("x3", "A1", "09:00"));

        var inside = page.GetByRole(AriaRole.Region, new() { Name = "Inside" });
        await Expect(inside.GetByRole(AriaRole.Row)).ToHaveCountAsync(3);
        await Expect(page.GetByRole(AriaRole.Region, new() { Name = "Last visits" })).ToContainTextAsync("A1");
        await page.GetByRole(AriaRole.Link, new() { Name = "x1" }).ClickAsync();
        await page.GetByRole(AriaRole.Row, new() { Name = "KA01AB1234" }).GetByRole(AriaRole.Button).ClickAsync();
        await Expect(page.GetByText("paired, settled by an operator")).ToBeVisibleAsync();
        await page.GotoAsync("/parking");
        await Expect(page.GetByText("None: every exit has its entry")).ToBeVisibleAsync();

        Assert.Contains(("e1", "x1"), await parking.PairsAsync());
        _visits.AssertNoComplaints(but: "nothing");
    }

    [Fact]
    public async Task Where_keys_are_required_only_an_operator_settles()
    {
        await using var parking = await StartAsync(
            [.. Keys.Of(0, "desk", "the-desks-key", "read"), .. Keys.Of(1, "ada", "adas-key", "read", "ops", "parking:write")]);
        var page = await _visits.NewAsync(parking.System.Url);
        await page.GotoAsync("/parking");
        await PageVisits.SignInAsync(page, "the-desks-key");
        await Expect(page.GetByText("Nobody is inside.")).ToBeVisibleAsync();

        await page.GotoAsync("/parking/settle/x1");

        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("lacks the scope");
    }
}
