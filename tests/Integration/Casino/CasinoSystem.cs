using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using NATS.Client.Core;
using NATS.Client.JetStream;
using Npgsql;
using RideIngest.Casino;
using RideIngest.Casino.Settings;
using RideIngest.Hosting.Processes;
using RideIngest.Integration.Systems;
using RideIngest.LocalServers.Nats;
using RideIngest.LocalServers.Postgres;
using RideIngest.Simulators;
using RideIngest.Simulators.Rates;
using RideIngest.TestKit.Servers;
using RideIngest.TestKit.Waiting;

namespace RideIngest.Integration.Casino;

/// <summary>A NATS, a database and an exchange-rate API of a test's own, and casino processes over them.</summary>
internal sealed class CasinoSystem : IAsyncDisposable
{
    public const string AllButGenerator = "currency,player,description,aggregates";

    private readonly List<IAsyncDisposable> _running = [];
    private readonly PostgresServer? _postgres;
    private readonly string[] _args;

    private CasinoSystem(NatsServer nats, PostgresServer? postgres, string database, RideIngestHost simulators)
    {
        (Nats, _postgres, Simulators) = (nats, postgres, simulators);
        Rates = simulators.Services.GetService(typeof(RatesSimulator)) as RatesSimulator ?? throw new InvalidOperationException();
        Database = Sql.Open(database);
        Client = NatsClients.To(nats.Url);
        _args =
        [
            "--urls", "http://127.0.0.1:0", "--hosting:drain=10s", $"--nats:url={nats.Url}", $"--postgres:url={database}",
            $"--casino:rates:url={simulators.Urls[0]}{RatesSimulator.Path}",
        ];
    }

    public NatsServer Nats { get; }

    public PostgresServer Postgres => _postgres ?? throw new InvalidOperationException("This test did not ask for a Postgres of its own.");

    public NpgsqlDataSource Database { get; }

    public RatesSimulator Rates { get; }

    public NatsConnection Client { get; }

    private RideIngestHost Simulators { get; }

    /// <summary>The switches of another service over the same servers.</summary>
    public IEnumerable<string> ServerArgs => _args.Where(arg => !arg.StartsWith("--casino", StringComparison.Ordinal));

    public static async Task<CasinoSystem> CreateAsync(bool ownPostgres = false)
    {
        var simulators = RideIngestHost.Create(
            "simulators", ["--urls", "http://127.0.0.1:0", "--logging:level=fatal", "--hosting:drain=1s"], new SimulatorsModule());
        await simulators.StartAsync();
        var postgres = ownPostgres ? await TestPostgres.PrivateAsync() : null;
        var database = postgres is null ? await TestPostgres.CreateDatabaseAsync() : await postgres.CreateDatabaseAsync("casino");
        return new CasinoSystem(await TestNats.PrivateAsync(), postgres, database, simulators);
    }

    /// <summary>Runs the casino in this process, with these roles.</summary>
    public async Task<HttpClient> RunAsync(string roles = AllButGenerator, params string[] args)
    {
        var host = RideIngestHost.Create(
            "casino", [.. _args, "--roles", roles, "--logging:level=fatal", .. args], new CasinoModule(CasinoDefaults.Alone with
            {
                Output = false,
            }));
        await host.StartAsync();
        _running.Add(new Running(host));
        return await ReadyAsync(new Uri(host.Urls[0]));
    }

    /// <summary>Runs the casino as a process of its own, with these roles.</summary>
    public async Task<StartedProcess> SpawnAsync(string roles, params string[] args)
    {
        var process = StartedProcess.Service("Casino", [.. _args, "--roles", roles, .. args]);
        _running.Add(process);
        await process.UrlAsync();
        return process;
    }

    public static async Task<HttpClient> ReadyAsync(StartedProcess process) => await ReadyAsync(await process.UrlAsync());

    /// <summary>Waits until the stages work. Before that the process takes events and is degraded.</summary>
    public static async Task<HttpClient> ReadyAsync(Uri url)
    {
        var client = new HttpClient { BaseAddress = url, Timeout = Deadlines.Hang };
        await Eventually.True(async () =>
        {
            using var answer = await client.GetAsync("/readyz");
            return answer.StatusCode == HttpStatusCode.OK
                && !(await answer.Content.ReadAsStringAsync()).Contains("\"name\":\"casino\"", StringComparison.Ordinal);
        });
        return client;
    }

    /// <summary>Waits until so many events are counted; returns the figures.</summary>
    public static async Task<JsonNode> CountedAsync(HttpClient casino, long events)
    {
        JsonNode? figures = null;
        await Eventually.True(async () =>
        {
            using var answer = await casino.GetAsync("/materialized");
            if (answer.StatusCode != HttpStatusCode.OK)
                return false;
            figures = JsonNode.Parse(await answer.Content.ReadAsStringAsync());
            return (long)figures!["events_total"]! >= events;
        });
        return figures!;
    }

    /// <summary>Waits until no event waits anywhere, and none is in work.</summary>
    public async Task SettledAsync()
    {
        var js = new NatsJSContext(Client);
        await Eventually.True(async () => (await js.GetStreamAsync("CASINO")).Info.State.Messages == 0);
    }

    public static async Task<(int Status, JsonNode Body)> PostAsync(HttpClient casino, string body, string type = "application/json")
    {
        using var content = new StringContent(body, Encoding.UTF8, type);
        using var answer = await casino.PostAsync("/casino/events", content);
        return ((int)answer.StatusCode, JsonNode.Parse(await answer.Content.ReadAsStringAsync())!);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var running in Enumerable.Reverse(_running))
            await running.DisposeAsync();
        await Simulators.StopAsync();
        await Simulators.DisposeAsync();
        await Client.DisposeAsync();
        await Database.DisposeAsync();
        await Nats.DisposeAsync();
        if (_postgres is not null)
            await _postgres.DisposeAsync();
    }

    private sealed class Running(RideIngestHost host) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await host.StopAsync();
            await host.DisposeAsync();
        }
    }
}
