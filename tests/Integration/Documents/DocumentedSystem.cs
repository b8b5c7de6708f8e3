using RideIngest.Integration.Systems;
using RideIngest.LocalServers.Nats;
using RideIngest.TestKit.Servers;

namespace RideIngest.Integration.Documents;

/// <summary>Standalone as people start it, which serves the whole document.</summary>
public sealed class DocumentedSystem : IAsyncLifetime, IDisposable
{
    private readonly TestDirectory _folder = new();
    private NatsServer _nats = null!;
    private StartedProcess _standalone = null!;
    private GeneratedClient? _generated;

    public HttpClient Client { get; private set; } = null!;

    public string Document { get; private set; } = "";

    public async Task InitializeAsync()
    {
        _nats = await TestNats.PrivateAsync();
        var database = await TestPostgres.CreateDatabaseAsync();
        _standalone = StartedProcess.Standalone(
            _folder.Path, "--urls", "http://127.0.0.1:0", $"--nats:url={_nats.Url}", $"--postgres:url={database}");
        Client = new() { BaseAddress = await _standalone.UrlAsync() };
        await RideSystem.WholeAsync(Client);
        Document = await Client.GetStringAsync("/openapi/v1.json");
    }

    /// <summary>Made once for all tests: its compilation takes hundreds of megabytes.</summary>
    internal async Task<GeneratedClient> GeneratedAsync() => _generated ??= await GeneratedClient.OfAsync(Document);

    public async Task DisposeAsync()
    {
        Client.Dispose();
        await _standalone.DisposeAsync();
        await _nats.DisposeAsync();
    }

    public void Dispose() => _folder.Dispose();
}
