using System.Net;
using Microsoft.Playwright;
using RideIngest.Console;
using RideIngest.Hosting.Config;
using RideIngest.Hosting.Processes;
using RideIngest.Integration.Systems;
using static Microsoft.Playwright.Assertions;

namespace RideIngest.Integration.Console;

/// <summary>The console's pages over the processes of the rides system, in a real browser.</summary>
public sealed class ConsolePageTests : IAsyncLifetime
{
    private readonly PageVisits _visits = new();
    private readonly List<RideIngestHost> _hosts = [];
    private ConsumerRig _rig = null!;

    public async Task InitializeAsync() => _rig = await ConsumerRig.StartAsync();

    public async Task DisposeAsync()
    {
        await _visits.CloseAsync();
        foreach (var host in _hosts)
        {
            await host.StopAsync();
            await host.DisposeAsync();
        }
        await _rig.DisposeAsync();
    }

    [Fact]
    public async Task The_overview_shows_streams_letters_and_processes_and_follows_them()
    {
        var page = await _visits.OpenAsync(await RunAsync(), "/");

        await Expect(page.Locator("h1")).ToHaveTextAsync("Overview");
        await Expect(page.Locator("main .title .state")).ToHaveTextAsync("All is well");
        await Expect(page.Locator("#processes-name ~ div tbody tr")).ToHaveCountAsync(2);
        await Expect(page.GetByRole(AriaRole.Row).Filter(new() { HasText = "consumer" })).ToContainTextAsync("ready");
        await Expect(page.GetByRole(AriaRole.Row).Filter(new() { HasText = "RIDES" })).ToBeVisibleAsync();

        await _rig.PublishAsync("no JSON\n");
        await Expect(page.Locator(".troubles").GetByRole(AriaRole.Link, new() { Name = "1 dead letter is open." }))
            .ToHaveAttributeAsync("href", "/letters?system=rides");
        await Expect(page).ToHaveTitleAsync("1 problem · RideIngest");
        await page.SetViewportSizeAsync(400, 800);
        Assert.Equal(400, await page.EvaluateAsync<int>("document.documentElement.scrollWidth"));
        Assert.Empty(_visits.Complaints);
    }

    [Fact]
    public async Task Where_keys_are_required_a_person_signs_in_sees_the_pages_of_its_scopes_and_signs_out()
    {
        string[] keys =
            [.. Keys.Of(0, "night-shift", "the-shifts-key", "read", "ops"), .. Keys.Of(1, "backend", "the-backends-key", "bookings:write")];
        var console = await RunAsync(keys);
        var page = await _visits.OpenAsync(console, "/?from=a-link");

        await Expect(page).ToHaveURLAsync($"{console}/sign-in?return=%2F%3Ffrom%3Da-link");
        await PageVisits.SignInAsync(page, "no-key");
        await Expect(page.GetByRole(AriaRole.Alert)).ToHaveTextAsync("This key or token is not accepted.");
        await PageVisits.SignInAsync(page, "the-backends-key");
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("lacks the scope");
        await PageVisits.SignInAsync(page, "the-shifts-key");
        await Expect(page.Locator("h1")).ToHaveTextAsync("Overview");
        await Expect(page).ToHaveURLAsync($"{console}/?from=a-link");
        await Expect(page.Locator(".signed-in")).ToContainTextAsync("night-shift");

        // Another process of the same configuration knows the session, because they share the keys that it is signed with.
        var cookie = Assert.Single(await page.Context.CookiesAsync(), one => one.Name == "rideingest-session");
        Assert.True(cookie is { HttpOnly: true, SameSite: SameSiteAttribute.Lax, Expires: > 0 });
        Assert.DoesNotContain("the-shifts-key", cookie.Value, StringComparison.Ordinal);
        using var other = new HttpClient { BaseAddress = new Uri(await RunAsync(keys)) };
        other.DefaultRequestHeaders.Add("Cookie", $"{cookie.Name}={cookie.Value}");
        Assert.Contains("<h1>Overview</h1>", await other.GetStringAsync("/"), StringComparison.Ordinal);

        // Without a form's token, it reads but does not act.
        Assert.Equal(HttpStatusCode.OK, (await other.GetAsync("/ops/audit")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await other.PostAsync("/ops/dead-letters/1/restore", null)).StatusCode);

        await page.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();
        await Expect(page.Locator("h1")).ToHaveTextAsync("Sign in");
        await page.GotoAsync("/");
        await Expect(page.Locator("h1")).ToHaveTextAsync("Sign in");
        Assert.Empty(_visits.Complaints);
    }

    [Fact]
    public async Task The_navigation_has_the_pages_of_other_processes_that_the_settings_name()
    {
        var page = await _visits.OpenAsync(
            await RunAsync([.. PageOf(0, "Casino", "http://127.0.0.1:8081/casino"), .. PageOf(1, "overview", "/elsewhere")]), "/");

        await Expect(page.Locator("nav a")).ToHaveTextAsync(["Overview", "Letters", "Find", "Casino", "API", "Metrics", "Readiness", "Health"]);
        await Expect(page.Locator("nav .active")).ToHaveTextAsync("Overview");
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "Casino" })).ToHaveAttributeAsync("href", "http://127.0.0.1:8081/casino");
    }

    [Theory]
    [InlineData("javascript:alert(1)")]
    [InlineData("//elsewhere.example")]
    [InlineData("casino.example.com")]
    public void A_page_of_another_process_without_a_URL_or_path_is_an_invalid_setting(string url)
    {
        var refusal = Assert.Throws<SettingsException>(
            () => RideIngestHost.Create("console", PageOf(0, "Casino", url), new ConsoleModule()));

        Assert.Contains(
            $"pages.systems.0.url: \"{url}\" is invalid: it is neither an http or https URL nor a path", refusal.Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("//elsewhere.example")]
    [InlineData("/\\elsewhere.example")]
    [InlineData("https://elsewhere.example")]
    public async Task A_sign_in_leads_to_a_page_of_ours_whatever_the_link_says(string link)
    {
        var console = await RunAsync([.. Keys.Of(0, "night-shift", "the-shifts-key", "read")]);
        var page = await _visits.OpenAsync(console, $"/sign-in?return={Uri.EscapeDataString(link)}");

        await PageVisits.SignInAsync(page, "the-shifts-key");

        await Expect(page).ToHaveURLAsync($"{console}/");
    }

    [Theory]
    [InlineData("/", HttpStatusCode.OK)]
    [InlineData("/letters", HttpStatusCode.ServiceUnavailable)]
    [InlineData("/letters/1", HttpStatusCode.ServiceUnavailable)]
    [InlineData("/letters/all", HttpStatusCode.ServiceUnavailable)]
    [InlineData("/letters/audit", HttpStatusCode.ServiceUnavailable)]
    [InlineData("/find?q=1", HttpStatusCode.ServiceUnavailable)]
    [InlineData("/ops/dead-letters", HttpStatusCode.ServiceUnavailable)]
    public async Task A_console_that_starts_without_servers_says_which_one_does_not_answer(string path, HttpStatusCode status)
    {
        using var client = new HttpClient
        {
            BaseAddress = new Uri(await RunAsync("--nats:url=nats://127.0.0.1:1", "--postgres:url=Host=127.0.0.1;Port=1;Database=none")),
        };

        using var answer = await client.GetAsync(path);

        Assert.Equal(status, answer.StatusCode);
        Assert.Contains("Postgres", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private static string[] PageOf(int index, string name, string url) =>
        [$"--pages:systems:{index}:name={name}", $"--pages:systems:{index}:url={url}"];

    private async Task<string> RunAsync(params string[] args)
    {
        var host = RideIngestHost.Create(
            "console",
            ["--urls", "http://127.0.0.1:0", $"--nats:url={_rig.Nats.Url}", $"--postgres:url={_rig.ConnectionString}", "--logging:level=fatal",
                .. args],
            new ConsoleModule());
        _hosts.Add(host);
        await host.StartAsync();
        return host.Urls[0];
    }
}
