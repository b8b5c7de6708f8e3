using Microsoft.Playwright;
using RideIngest.Integration.Systems;
using static Microsoft.Playwright.Assertions;

namespace RideIngest.Integration.Park;

/// <summary>The pages, in a real browser.</summary>
public sealed class ParkPageTests(ParkRig park) : IClassFixture<ParkRig>, IAsyncLifetime
{
    private readonly PageVisits _visits = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => _visits.CloseAsync();

    [Fact]
    public async Task They_show_rides_and_a_visitors_place_and_an_operator_stops_a_ride()
    {
        var ride = await park.RideAsync(capacity: 2, "1h", "reported");
        var customers = await park.JoinedAsync(ride, 5);
        var page = await _visits.OpenAsync(park.System.Url, "/park");
        var card = page.GetByRole(AriaRole.Listitem).Filter(new() { HasText = "Comet" });
        await Expect(card).ToContainTextAsync("5 waiting, 0 on the ride");
        await Expect(card).ToContainTextAsync("2h");

        await page.GetByLabel("Reason").FillAsync("A sensor failed");
        await page.GetByRole(AriaRole.Button, new() { Name = "Is down" }).ClickAsync();
        await Expect(card).ToContainTextAsync("down: A sensor failed");
        await page.GotoAsync($"/park/visitors/{customers[4]}");
        await Expect(page.GetByText("4 ahead")).ToBeVisibleAsync();
        await Expect(page.GetByText("when the ride operates again")).ToBeVisibleAsync();
        await page.GotoAsync("/park");
        await page.GetByRole(AriaRole.Button, new() { Name = "Operates" }).ClickAsync();

        await park.RideIsAsync(ride, read => (string)read["status"]! == "operating");
        await Expect(card).ToContainTextAsync("operating");
        Assert.Equal(404, (await park.System.GetAsync("/park/visitors/1000000000")).Status);
        _visits.AssertNoComplaints(but: "nothing");
    }
}
