using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Npgsql;
using RideIngest.Consumer;
using RideIngest.Contracts.Frames;
using RideIngest.Hosting.Processes;
using RideIngest.LocalServers.Nats;
using RideIngest.LocalServers.Postgres;
using RideIngest.Producer;
using RideIngest.Records.Kinds;
using RideIngest.TestKit.Network;
using RideIngest.TestKit.Servers;
using RideIngest.TestKit.Waiting;

namespace RideIngest.Integration.Systems;

/// <summary>A producer over a NATS and a database of its own, with consumers when a test wants them.</summary>
internal sealed class RideSystem : IAsyncDisposable
{
    // On a busy machine an outcome takes longer than senders usually wait; tests of the wait itself say how long.
    private const string Patience = "--ingest:wait=5m";

    private static readonly Lazy<Task<RideSystem>> Shared = new(() => StartAsync());

    private readonly List<RideIngestHost> _hosts = [];
    private readonly string[] _args;
    private readonly string _database;

    private readonly Catalog? _catalog;

    private RideSystem(NatsServer nats, string database, PostgresServer? postgres, Catalog? catalog, string[] args)
    {
        _catalog = catalog;
        (Nats, Postgres, _database) = (nats, postgres, database);
        Database = Sql.Open(database);
        _args =
        [
            "--urls", "http://127.0.0.1:0", "--logging:level=fatal", "--hosting:drain=5s", Patience, $"--nats:url={nats.Url}",
            $"--postgres:url={database}", .. args,
        ];
    }

    /// <summary>For a process of its own.</summary>
    public string[] Arguments => ["--urls", "http://127.0.0.1:0", $"--nats:url={Nats.Url}", $"--postgres:url={_database}"];

    public NatsServer Nats { get; }

    /// <summary>This test's alone, if it asked for one.</summary>
    public PostgresServer? Postgres { get; }

    public NpgsqlDataSource Database { get; }

    public HttpClient Client { get; private set; } = null!;

    /// <summary>
    /// One with a consumer for all tests that only send records of their own, and break nothing. It is started when it is first asked for
    /// and ends with the test process.
    /// </summary>
    public static Task<RideSystem> SharedAsync() => Shared.Value;

    public static async Task<RideSystem> StartAsync(
        bool consumer = true, bool ownPostgres = false, NatsServerOptions? nats = null, Catalog? catalog = null, params string[] args)
    {
        var postgres = ownPostgres ? await TestPostgres.PrivateAsync() : null;
        var database = postgres is null ? await TestPostgres.CreateDatabaseAsync() : await postgres.CreateDatabaseAsync("rides");
        var system = new RideSystem(await TestNats.PrivateAsync(options: nats), database, postgres, catalog, args);
        if (consumer)
            await system.StartConsumerAsync();
        system.Client = await system.StartProducerAsync();
        await WholeAsync(system.Client);
        if (consumer)
            await system.AnnouncedAsync();
        return system;
    }

    /// <summary>
    /// Waits until a process lacks nothing: a producer is ready before, and takes records around the stream, where NATS is slow to come.
    /// </summary>
    public static Task WholeAsync(HttpClient client) => Eventually.True(async () =>
    {
        using var answer = await client.GetAsync("/readyz");
        return await answer.Content.ReadAsStringAsync() == """{"status":"ready"}""";
    });

    public async Task<HttpClient> StartProducerAsync(params string[] args) => (await HostProducerAsync(args)).Client;

    public async Task<(RideIngestHost Host, HttpClient Client)> HostProducerAsync(params string[] args)
    {
        var host = RideIngestHost.Create("producer", [.. _args, .. args], new ProducerModule(_catalog));
        _hosts.Add(host);
        await host.StartAsync();
        var client = new HttpClient { BaseAddress = new Uri(host.Urls[0]), Timeout = Deadlines.Hang };
        await Eventually.True(async () => (await client.GetAsync("/readyz")).StatusCode == HttpStatusCode.OK);
        return (host, client);
    }

    /// <summary>For one more producer or consumer, that reaches its servers through a network of its own.</summary>
    public string[] Through(TcpProxy nats, TcpProxy postgres) =>
    [
        $"--nats:url={Nats.UrlAt(nats.Port)}",
        $"--postgres:url={new NpgsqlConnectionStringBuilder(_database) { Host = TcpProxy.Host, Port = postgres.Port }}",
    ];

    public async Task<RideIngestHost> StartConsumerAsync()
    {
        var host = RideIngestHost.Create(
            "consumer",
            _args.Where(
                arg => !arg.StartsWith("--producer:", StringComparison.Ordinal) && !arg.StartsWith("--auth:", StringComparison.Ordinal))
                    .ToArray(), new ConsumerModule(_catalog));
        _hosts.Add(host);
        await host.StartAsync();
        return host;
    }

    public Task<Answer> PostAsync(
        string path, string body, string contentType = "application/json", params (string Name, string Value)[] headers) =>
        PostBytesAsync(path, Encoding.UTF8.GetBytes(body), contentType, headers);

    public async Task<Answer> PostBytesAsync(string path, byte[] body, string contentType, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);
        foreach (var (name, value) in headers)
            request.Headers.Add(name, value);
        return await Answer.OfAsync(await Client.SendAsync(request));
    }

    /// <summary>Waits for a consumer: a producer that hears none does not let senders wait for the outcome.</summary>
    public async Task AnnouncedAsync()
    {
        await using var nats = NatsClients.To(Nats.Url);
        await foreach (var message in nats.SubscribeAsync<byte[]>(ConsumerAnnouncement.Subject, cancellationToken: Deadlines.Begin()))
        {
            if (ConsumerAnnouncement.Read(message.Data) is { CanStore: true })
                return;
        }
    }

    public async Task<Answer> GetAsync(string path) => await Answer.OfAsync(await Client.GetAsync(path));

    public async Task<long> CountAsync(string table, string where = "true")
    {
        await using var command = Database.CreateCommand($"select count(*) from {table} where {where}");
        return (long)(await command.ExecuteScalarAsync())!;
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        foreach (var host in _hosts)
        {
            if (!host.Stopping.IsCancellationRequested)
                await host.StopAsync();
            await host.DisposeAsync();
        }
        await Database.DisposeAsync();
        await Nats.DisposeAsync();
        if (Postgres is not null)
            await Postgres.DisposeAsync();
    }
}
