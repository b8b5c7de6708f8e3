using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using RideIngest.Integration.Systems;
using RideIngest.TestKit.Servers;
using RideIngest.TestKit.Waiting;
using static Microsoft.Playwright.Assertions;

namespace RideIngest.Integration.AppHost;

/// <summary>
/// The app host's dashboard, in a real browser. Its twenty processes and the browser need the machine for themselves.
/// </summary>
[Collection(Name)]
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class DashboardTests : IAsyncLifetime, IDisposable
{
    private const string Name = "app host";

    private readonly TestDirectory _folder = new();
    private AppHostProcess _appHost = null!;
    private IPage _page = null!;

    public async Task InitializeAsync()
    {
        _appHost = new AppHostProcess(_folder.Path);
        var browser = await DebianChromium.SharedAsync();
        var dashboard = await _appHost.DashboardAsync();
        var size = new ViewportSize { Width = 1400, Height = 1100 };
        _page = await browser.NewPageAsync(new() { BaseURL = dashboard.AbsoluteUri, ViewportSize = size });
        _page.SetDefaultTimeout((float)Deadlines.Hang.TotalMilliseconds);
    }

    public async Task DisposeAsync()
    {
        await _page.CloseAsync();
        await _appHost.DisposeAsync();
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_dashboard_shows_a_bookings_trace_from_the_producer_to_Postgres_and_no_process_outlives_the_app_host()
    {
        await _page.GotoAsync("/");
        string[] names =
        [
            "nats", "postgres", "producer-1", "producer-2", "consumer-1", "consumer-2", "console", "simulators",
            "casino-generator", "casino-currency", "casino-player", "casino-description", "casino-aggregates",
            "parking-summary", "parking-gates", "checkin-workers", "park-timekeeper",
        ];
        var running = _page.GetByText("Running", new() { Exact = true });
        foreach (var name in names)
            await Expect(Rows(name).Filter(new() { Has = running })).ToHaveCountAsync(1);

        await PostAsync((await Rows("producer-2").GetByRole(AriaRole.Link).GetAttributeAsync("href"))!);

        await _page.GotoAsync("/traces");
        await Expect(Rows("postgres (1)")).ToHaveCountAsync(1);
        await Expect(Rows("POST /v1/bookings")).ToContainTextAsync("producer-2");
        await Expect(_page.GetByText("Showing 1 trace")).ToBeVisibleAsync();
        await Rows("POST /v1/bookings").ClickAsync();
        await Expect(Rows("reply")).ToHaveCountAsync(1);
        string[] spans =
        [
            "POST /v1/bookings producer-2",
            "MSG nats rides.ingest.bookings producer-2",
            "MSG nats receive rides.ingest.bookings consumer",
            "store bookings consumer",
            "COPY rides.bookings postgres consumer",
            "reply consumer",
        ];
        Assert.Equal(spans, (await Rows().AllInnerTextsAsync()).Skip(1).Select(Span));

        await _page.GotoAsync("/structuredlogs/resource/consumer-1");
        await Expect(Rows("listens on")).ToHaveCountAsync(1);
        await _page.GotoAsync("/consolelogs/resource/postgres");
        await Expect(_page.GetByText("database system is ready to accept connections")).ToBeVisibleAsync();
        await _page.GotoAsync("/metrics/resource/producer-2");
        await Expect(_page.GetByText("rideingest.producer.records").First).ToBeVisibleAsync();

        var processes = _appHost.Processes();
        Assert.True(processes.Count > names.Length);
        foreach (var server in (string[])["nats", "postgres"])
        {
            var password = await File.ReadAllTextAsync(_folder.In($".data/apphost/{server}/password"));
            Assert.DoesNotContain(processes, process => process.Contains(password, StringComparison.Ordinal));
        }

        Assert.Equal(0, await _appHost.TerminateAsync());
        await Eventually.True(() => _appHost.Processes().Count == 0);
    }

    /// <summary>What a row says, but for which consumer it was and how long it took.</summary>
    private static string Span(string row) => Regex.Replace(Regex.Replace(row, @"\s+", " "), " (producer-2|consumer).*", " $1");

    private ILocator Rows(string text = "") => _page.Locator("[role=row]").Filter(new() { HasText = text });

    private static async Task PostAsync(string producer)
    {
        using var client = new HttpClient { BaseAddress = new(producer) };
        using var booking = new StringContent(Given.Booking(Given.NewId()), Encoding.UTF8, "application/json");
        using var answer = await client.PostAsync("/v1/bookings", booking);
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
    }
}
