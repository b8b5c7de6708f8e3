using Microsoft.Playwright;
using RideIngest.Integration.Systems;
using RideIngest.LocalServers.Nats;
using RideIngest.TestKit.Servers;
using static Microsoft.Playwright.Assertions;

namespace RideIngest.Integration.Standalone;

/// <summary>A Standalone with casino events, for all tests of a class.</summary>
public sealed class ShellRig : IAsyncLifetime, IDisposable
{
    private readonly TestDirectory _folder = new();
    private readonly PageVisits _visits = new();
    private NatsServer _nats = null!;
    private StartedProcess _standalone = null!;
    private Uri _url = null!;

    public async Task InitializeAsync()
    {
        _nats = await TestNats.PrivateAsync();
        _standalone = StartedProcess.Standalone(
            _folder.Path, "--urls", "http://127.0.0.1:0", $"--nats:url={_nats.Url}",
            $"--postgres:url={await TestPostgres.CreateDatabaseAsync()}", "--casino:generator:rate=5");
        _url = await _standalone.UrlAsync();
    }

    /// <summary>Opens a page as a new visitor. Earlier ones leave, because a page that is open is drawn again every second.</summary>
    internal async Task<IPage> OpenAsync(string address)
    {
        await _visits.CloseAsync();
        var page = await _visits.OpenAsync(_url.AbsoluteUri, address);
        await Expect(page.Locator("h1")).ToBeVisibleAsync();
        return page;
    }

    public async Task DisposeAsync()
    {
        await _visits.CloseAsync();
        await _standalone.DisposeAsync();
        await _nats.DisposeAsync();
    }

    public void Dispose() => _folder.Dispose();
}
