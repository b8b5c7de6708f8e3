using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using RideIngest.Integration.Systems;
using RideIngest.LocalServers.Nats;
using RideIngest.Records.Kinds;
using RideIngest.TestKit.Servers;
using RideIngest.TestKit.Waiting;
using static Microsoft.Playwright.Assertions;

namespace RideIngest.Integration.Standalone;

/// <summary>The pages, in a real browser.</summary>
public sealed class StandalonePageTests : IAsyncLifetime, IDisposable
{
    private readonly TestDirectory _folder = new();
    private readonly PageVisits _visits = new();
    private readonly List<string> _requests = [];
    private NatsServer _nats = null!;
    private StartedProcess _standalone = null!;
    private Uri _url = null!;

    public async Task InitializeAsync()
    {
        _nats = await TestNats.PrivateAsync();
        _standalone = StartedProcess.Standalone(
            _folder.Path, "--urls", "http://127.0.0.1:0", $"--nats:url={_nats.Url}",
            $"--postgres:url={await TestPostgres.CreateDatabaseAsync()}");
        _url = await _standalone.UrlAsync();
    }

    public async Task DisposeAsync()
    {
        await _visits.CloseAsync();
        await _standalone.DisposeAsync();
        await _nats.DisposeAsync();
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_page_shows_what_happens_as_it_happens_and_says_so_when_the_process_stops()
    {
        var page = await OpenAsync("/rides");
        await Expect(page.Locator("#first")).ToContainTextAsync("Nothing has come yet");
        await Expect(page.Locator("#command")).ToContainTextAsync($"{_url}v1/bookings");
        await Expect(page.Locator("#instances")).ToContainTextAsync("stores");

        var booking = Sample("bookings");
        Assert.Equal(HttpStatusCode.Created, await PostAsync(booking));
        Assert.Equal(HttpStatusCode.OK, await PostAsync(booking));
        Assert.Equal(HttpStatusCode.Conflict, await PostAsync(booking.Replace("true", "false", StringComparison.Ordinal)));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, await PostAsync("""{"id":77}"""));

        await Expect(page.Locator("#first")).ToBeHiddenAsync();
        await Expect(page.Locator("#stored")).ToHaveTextAsync("1");
        foreach (var outcome in (string[])["stored", "duplicate", "conflict", "invalid"])
            await Expect(page.Locator($"#legend .{outcome} small")).ToHaveTextAsync("1");
        await Expect(page.Locator("#p99")).ToContainTextAsync("s");
        await Expect(page.Locator("#failures li")).ToHaveCountAsync(2);
        await Expect(page.Locator("#failures li").First).ToContainTextAsync("bookings 77");
        await Expect(page.Locator("#failures li").Last).ToContainTextAsync("conflict");
        await Expect(page.Locator("#instances")).ToContainTextAsync("this process");
        await Expect(page.Locator("#state")).ToHaveTextAsync("Ready");
        await TheChartMovesAsync(page);
        await DarkDiffersFromLightAsync(page);
        await page.SetViewportSizeAsync(400, 800);
        Assert.Equal(400, await page.EvaluateAsync<int>("document.documentElement.scrollWidth"));
        Assert.Empty(_visits.Complaints);
        Assert.All(_requests, request => Assert.StartsWith(_url.AbsoluteUri, request, StringComparison.Ordinal));

        _standalone.Terminate();
        Assert.Equal(0, await _standalone.ExitAsync());
        Assert.Contains(_standalone.Output, line => line.Contains("everything finished", StringComparison.Ordinal));
        await Expect(page.Locator("#away")).ToContainTextAsync("No answer from this process");
    }

    [Fact]
    public async Task The_overview_shows_what_each_system_does_while_records_are_posted()
    {
        var page = await OpenAsync("/");
        await Expect(page.Locator("#servers-name ~ .cards")).ToContainTextAsync(
            new Regex(@"NATS\s*\d.*answers\s*Postgres\s*\d.*answers", RegexOptions.Singleline));
        await Expect(Rides("In")).ToHaveTextAsync("0/s");
        await Expect(Rides("p50")).ToHaveTextAsync("–");

        using var enough = new CancellationTokenSource();
        var posting = PostAsync(enough.Token);
        foreach (var figure in (string[])["In", "Out", "Errors"])
            await Expect(Rides(figure)).Not.ToHaveTextAsync(new Regex("^(0/s|–)$"));
        foreach (var figure in (string[])["p50", "p99"])
            await Expect(Rides(figure)).ToContainTextAsync("s");
        await enough.CancelAsync();
        await posting;

        foreach (var figure in (string[])["In", "Out", "Errors"])
            await Expect(Rides(figure)).ToHaveTextAsync("0/s");
        await page.Locator("article a").GetByText("Rides").ClickAsync();
        await Expect(page).ToHaveURLAsync(new Regex("/rides$"));
        Assert.Empty(_visits.Complaints);

        ILocator Rides(string figure) => page.Locator($"article:has-text('Rides') dl div:has(dt:text-is('{figure}')) dd");

        async Task PostAsync(CancellationToken stop)
        {
            for (var id = 1; !stop.IsCancellationRequested; id++)
            {
                await this.PostAsync(Given.Booking(id));
                await this.PostAsync("""{"id":77}""");
            }
        }
    }

    [Fact]
    public async Task Who_opens_the_page_is_told_the_last_second_at_once()
    {
        using var client = new HttpClient { BaseAddress = _url };

        await Eventually.True(async () =>
        {
            using var stream = new StreamReader(await client.GetStreamAsync("/rides/stream"));
            Assert.Equal("event: history", await stream.ReadLineAsync());
            var history = (await DataAsync(stream)).AsArray();
            var state = await DataAsync(stream);
            return history.Count > 0 && (double)history[^1]![0]! == (double)state["second"]![0]!;
        });

        static async Task<JsonNode> DataAsync(StreamReader stream)
        {
            var line = await stream.ReadLineAsync();
            return line is "" ? await DataAsync(stream) : JsonNode.Parse(line!["data: ".Length..])!;
        }
    }

    [Fact]
    public async Task The_docs_show_every_operation_and_need_nothing_from_elsewhere()
    {
        using var client = new HttpClient { BaseAddress = _url };
        var paths = JsonNode.Parse(await client.GetStringAsync("/openapi/v1.json"))!["paths"]!.AsObject();

        var page = await OpenAsync("/docs");

        foreach (var (path, methods) in paths)
            foreach (var (method, operation) in methods!.AsObject())
                await Expect(
                    page.Locator($"a[href='#tag/{operation!["tags"]![0]}/{method.ToUpperInvariant()}{path}']").First).ToBeVisibleAsync();
        await Expect(page.GetByText("vehicle_model_id").First).ToBeVisibleAsync();
        Assert.Empty(_visits.Complaints);
        Assert.All(_requests, request => Assert.Matches($"^(data:|{Regex.Escape(_url.AbsoluteUri)})", request));
    }

    private async Task<IPage> OpenAsync(string path)
    {
        var page = await _visits.NewAsync(_url.AbsoluteUri);
        page.Request += (_, request) => _requests.Add(request.Url);
        await page.GotoAsync(path);
        return page;
    }

    private static async Task TheChartMovesAsync(IPage page)
    {
        var stored = page.Locator("#chart path.stored");
        await Expect(stored).ToHaveAttributeAsync("d", new Regex("^M"));
        var before = (await stored.GetAttributeAsync("d"))!;
        await Expect(stored).Not.ToHaveAttributeAsync("d", before);
    }

    private static async Task DarkDiffersFromLightAsync(IPage page)
    {
        const string Colour = "getComputedStyle(document.body).backgroundColor";
        var light = await page.EvaluateAsync<string>(Colour);
        await page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Dark });
        Assert.NotEqual(light, await page.EvaluateAsync<string>(Colour));
    }

    private async Task<HttpStatusCode> PostAsync(string booking)
    {
        using var client = new HttpClient { BaseAddress = _url };
        using var answer = await client.PostAsync("/v1/bookings", new StringContent(booking, Encoding.UTF8, "application/json"));
        return answer.StatusCode;
    }

    private static string Sample(string name)
    {
        Assert.True(new Catalog().Find(name, out var kind));
        var json = new System.Buffers.ArrayBufferWriter<byte>();
        kind.WriteJson(kind.Sample, json);
        return Encoding.UTF8.GetString(json.WrittenSpan);
    }
}
