using System.Text;
using Npgsql;
using RideIngest.Hosting.Processes;
using RideIngest.LocalServers.Nats;
using RideIngest.LocalServers.Postgres;
using RideIngest.TestKit.Servers;
using RideIngest.TestKit.Waiting;

namespace RideIngest.Integration.Systems;

/// <summary>One system in a host, with a NATS and a database of its own, because the names of streams and subjects are fixed.</summary>
internal sealed class SystemRig : IAsyncDisposable
{
    private readonly PostgresServer? _postgres;
    private readonly RideIngestHost _host;
    private readonly HttpClient _client;

    private SystemRig(NatsServer nats, PostgresServer? postgres, string database, RideIngestHost host)
    {
        (Nats, _postgres, _host) = (nats, postgres, host);
        ServerArgs = [$"--nats:url={nats.Url}", $"--postgres:url={database}"];
        Database = Sql.Open(database);
        _client = new HttpClient { BaseAddress = new Uri(host.Urls[0]), Timeout = Deadlines.Hang };
    }

    public string Url => _host.Urls[0];

    public IServiceProvider Services => _host.Services;

    public NatsServer Nats { get; }

    public PostgresServer Postgres => _postgres ?? throw new InvalidOperationException("This test did not ask for a Postgres of its own.");

    public NpgsqlDataSource Database { get; }

    /// <summary>The switches of another process over the same servers.</summary>
    public string[] ServerArgs { get; }

    public static async Task<SystemRig> StartAsync(IModule module, bool ownPostgres = false, params string[] args)
    {
        var nats = await TestNats.PrivateAsync();

        // Durable, because a test that kills it must find the tables again that were created just before.
        var postgres = ownPostgres ? await TestPostgres.PrivateAsync(new PostgresServerOptions { Durable = true }) : null;
        var database = postgres is null ? await TestPostgres.CreateDatabaseAsync() : await postgres.CreateDatabaseAsync(module.Name);
        var host = RideIngestHost.Create(
            module.Name,
            ["--urls", "http://127.0.0.1:0", "--logging:level=fatal", $"--nats:url={nats.Url}", $"--postgres:url={database}", .. args],
            module);
        await host.StartAsync();
        var rig = new SystemRig(nats, postgres, database, host);
        await Eventually.True(async () => (await rig.GetAsync("/readyz")).Text == """{"status":"ready"}""");
        return rig;
    }

    public async Task<Answer> PostAsync(string path, string body, string type = "application/json") =>
        await Answer.OfAsync(await _client.PostAsync(path, new StringContent(body, Encoding.UTF8, type)));

    public async Task<Answer> PutAsync(string path, string body) =>
        await Answer.OfAsync(await _client.PutAsync(path, new StringContent(body, Encoding.UTF8, "application/json")));

    public async Task<Answer> DeleteAsync(string path) => await Answer.OfAsync(await _client.DeleteAsync(path));

    public async Task<Answer> GetAsync(string path) => await Answer.OfAsync(await _client.GetAsync(path));

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _host.StopAsync();
        await _host.DisposeAsync();
        await Database.DisposeAsync();
        await Nats.DisposeAsync();
        if (_postgres is not null)
            await _postgres.DisposeAsync();
    }
}
