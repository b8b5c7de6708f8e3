using Microsoft.Playwright;
using RideIngest.Console;
using RideIngest.Hosting.Processes;
using RideIngest.Integration.Systems;
using RideIngest.TestKit.Waiting;
using static Microsoft.Playwright.Assertions;

namespace RideIngest.Integration.Console;

/// <summary>What an operator finds of a record that somebody asks about.</summary>
public sealed class FindPageTests : IAsyncLifetime
{
    private readonly PageVisits _visits = new();
    private RideSystem _system = null!;
    private RideIngestHost _console = null!;

    public async Task InitializeAsync()
    {
        _system = await RideSystem.StartAsync();
        _console = RideIngestHost.Create(
            "console",
            [.. _system.Arguments, "--logging:level=fatal", "--telemetry:trace_url=http://127.0.0.1:1/traces/{trace_id}"],
            new ConsoleModule());
        await _console.StartAsync();
    }

    public async Task DisposeAsync()
    {
        await _visits.CloseAsync();
        await _console.StopAsync();
        await _console.DisposeAsync();
        await _system.DisposeAsync();
    }

    [Fact]
    public async Task A_record_a_receipt_a_refusal_and_its_dead_letter_are_found_by_id_receipt_and_trace()
    {
        var (stored, refused) = (Given.NewId(), Given.NewId());
        var receipt = (await _system.PostAsync("/v1/bookings", Given.Booking(stored), headers: ("Prefer", "respond-async")))
            .Headers.Location!.OriginalString.Split('/')[^1];
        await _system.GetAsync($"/v1/receipts/{receipt}?wait=30s");
        await _system.Database.ExecuteAsync($"alter table rides.bookings add constraint odd check (id <> {refused})");
        var trace = (string)(await _system.PostAsync("/v1/bookings", Given.Booking(refused))).Json["traceId"]!;
        var page = await _visits.OpenAsync(_console.Urls[0], "/find");

        await FindAsync(page, $"{stored}");
        await Expect(page.GetByLabel($"bookings {stored}")).ToContainTextAsync($"\"id\": {stored}");
        await FindAsync(page, receipt);
        await Expect(page.GetByLabel($"receipt {stored}")).ToHaveTextAsync($"bookings {stored}: stored");
        await Expect(page.GetByLabel($"bookings {stored}")).ToBeVisibleAsync();

        foreach (var text in (string[])[$"{refused}", trace])
        {
            await FindAsync(page, text);
            await Expect(page.GetByText("No record and no receipt has this id.")).ToBeVisibleAsync();
            await Expect(page.GetByRole(AriaRole.Region, new() { Name = "Dead letters" })).ToContainTextAsync("23514");
            await Eventually.True(async () =>
            {
                await page.ReloadAsync();
                return await page.GetByRole(AriaRole.Region, new() { Name = "What senders were refused" }).CountAsync() == 1;
            });
            await Expect(page.GetByRole(AriaRole.Region, new() { Name = "What senders were refused" })).ToContainTextAsync("violates check constraint");
        }
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = $"Trace {trace}" }))
            .ToHaveAttributeAsync("href", $"http://127.0.0.1:1/traces/{trace}");
        await page.GetByRole(AriaRole.Region, new() { Name = "Dead letters" }).GetByRole(AriaRole.Link).First.ClickAsync();
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = trace })).ToBeVisibleAsync();
        Assert.Empty(_visits.Complaints);
    }

    [Fact]
    public async Task What_nobody_has_is_not_found_and_markup_in_it_is_text()
    {
        var page = await _visits.OpenAsync(_console.Urls[0], "/find");

        await FindAsync(page, "<b>\"nothing</b>");

        await Expect(page.GetByText("No record and no receipt has this id.")).ToBeVisibleAsync();
        await Expect(page.GetByLabel("The id of")).ToHaveValueAsync("<b>\"nothing</b>");
        Assert.Empty(_visits.Complaints);
    }

    private static async Task FindAsync(IPage page, string text)
    {
        await page.GetByLabel("The id of").FillAsync(text);
        await page.GetByRole(AriaRole.Button, new() { Name = "Find" }).ClickAsync();
    }
}
