using System.Buffers;
using System.Text;
using NATS.Client.Core;
using NATS.Client.JetStream;
using NATS.Client.JetStream.Models;
using Npgsql;
using RideIngest.Consumer;
using RideIngest.Contracts.Frames;
using RideIngest.Hosting.Processes;
using RideIngest.LocalServers.Nats;
using RideIngest.LocalServers.Postgres;
using RideIngest.Records.Bookings;
using RideIngest.Records.Kinds;
using RideIngest.Streams.Rides;
using RideIngest.TestKit.Network;
using RideIngest.TestKit.Servers;
using RideIngest.TestKit.Waiting;

namespace RideIngest.Integration.Systems;

/// <summary>A NATS and a database of a test's own, consumers over them, and a publisher who knows nothing of ours.</summary>
internal sealed class ConsumerRig : IAsyncDisposable
{
    private static readonly Kind Bookings = new Catalog()["bookings"];

    private readonly List<IAsyncDisposable> _running = [];

    private ConsumerRig(NatsServer nats, string postgres)
    {
        ConnectionString = postgres;
        Nats = nats;
        Client = NatsClients.To(nats.Url);
        Database = Sql.Open(postgres);
    }

    public NatsServer Nats { get; }

    /// <summary>Of the database, for a superuser.</summary>
    public string ConnectionString { get; }

    public NatsConnection Client { get; }

    public NatsJSContext Js => new(Client);

    public NpgsqlDataSource Database { get; }

    public static async Task<ConsumerRig> CreateAsync(PostgresServer? postgres = null) => new(
        await TestNats.PrivateAsync(),
        postgres is null ? await TestPostgres.CreateDatabaseAsync() : await postgres.CreateDatabaseAsync("rig"));

    /// <summary>With one consumer running.</summary>
    public static async Task<ConsumerRig> StartAsync(PostgresServer? postgres = null)
    {
        var rig = await CreateAsync(postgres);
        await rig.RunAsync();
        return rig;
    }

    /// <summary>One booking, as a line that says what it is by itself.</summary>
    public static string Line(long id, long user = 1)
    {
        var bytes = new ArrayBufferWriter<byte>();
        Bookings.WriteJson((Booking)Bookings.Sample with { Id = id, UserId = user }, bytes);
        return $"{Encoding.UTF8.GetString(bytes.WrittenSpan)}\n";
    }

    /// <summary>Bookings as a producer sends them: a line of names, and a row for each.</summary>
    public static string Frame(params (long Id, long User)[] bookings)
    {
        var bytes = new ArrayBufferWriter<byte>();
        FrameLines.Begin(Bookings, bytes);
        foreach (var (id, user) in bookings)
            FrameLines.Append(Bookings, (Booking)Bookings.Sample with { Id = id, UserId = user }, bytes);
        return Encoding.UTF8.GetString(bytes.WrittenSpan);
    }

    public static string Lines(long first, int count) => string.Concat(Enumerable.Range(0, count).Select(i => Line(first + i)));

    /// <summary>Runs one more consumer in this process.</summary>
    public async Task<RideIngestHost> RunAsync(params string[] args)
    {
        var host = RideIngestHost.Create("consumer", [.. Arguments, "--logging:level=fatal", .. args], new ConsumerModule());
        _running.Add(host);
        await host.StartAsync();
        return host;
    }

    /// <summary>Runs one more consumer in this process, that reaches Postgres through a network of its own.</summary>
    public Task<RideIngestHost> RunAsync(TcpProxy network, params string[] args) => RunAsync([Through(network), .. args]);

    /// <summary>The setting of a consumer that reaches Postgres through a network of its own.</summary>
    public string Through(TcpProxy network) =>
        $"--postgres:url={new NpgsqlConnectionStringBuilder(ConnectionString) { Host = TcpProxy.Host, Port = network.Port }}";

    /// <summary>Runs another service as a process of its own.</summary>
    public StartedProcess SpawnService(string service, params string[] args) => StartedProcess.Service(service, [.. Arguments, .. args]);

    /// <summary>Runs one more consumer as a process of its own.</summary>
    public StartedProcess Spawn(params string[] args)
    {
        var process = StartedProcess.Service("Consumer", [.. Arguments, .. args]);
        _running.Add(process);
        return process;
    }

    public async Task<ulong> PublishAsync(string payload, string kind = "bookings", NatsHeaders? headers = null)
    {
        var ack = await Js.PublishAsync(RidesStream.Subject(kind), Encoding.UTF8.GetBytes(payload), headers: headers);
        ack.EnsureSuccess();
        return ack.Seq;
    }

    /// <summary>Publishes a frame and waits for its reply.</summary>
    public async Task<FrameReply> SendAsync(string payload, string kind = "bookings", NatsHeaders? headers = null)
    {
        var inbox = Client.NewInbox();
        await using var replies = await Client.SubscribeCoreAsync<byte[]>(inbox);
        headers ??= [];
        headers[FrameHeaders.Reply] = inbox;
        await ReachedAsync();
        await PublishAsync(payload, kind, headers);
        using var late = new CancellationTokenSource(Deadlines.Hang);
        return FrameReply.Read((await replies.Msgs.ReadAsync(late.Token)).Data)!;
    }

    public async Task<ConsumerInfo> InfoAsync() => (await Js.GetConsumerAsync(RidesStream.Name, RidesStream.Consumer)).Info;

    /// <summary>Waits until some consumer has made the stream, or until a restarted nats-server has read it.</summary>
    public Task ReachedAsync() => Eventually.True(async () =>
    {
        try
        {
            return await InfoAsync() is not null;
        }
        catch (NatsException)
        {
            return false;
        }
    });

    /// <summary>Waits until every frame was acked.</summary>
    public Task SettledAsync() => Eventually.True(async () => await InfoAsync() is { NumPending: 0, NumAckPending: 0 });

    /// <summary>Empties the tables when no frame waits, for the next test.</summary>
    public async Task ClearAsync()
    {
        await SettledAsync();
        await Database.ExecuteAsync("truncate rides.bookings, rides.rides, ops.dead_letters cascade");
    }

    public Task<long> CountAsync(string table = "rides.bookings") => Database.ScalarAsync<long>($"select count(*) from {table}");

    /// <summary>Waits for an announcement that is as wanted.</summary>
    public async Task<ConsumerAnnouncement> HearAsync(Func<ConsumerAnnouncement, bool> wanted)
    {
        using var late = new CancellationTokenSource(Deadlines.Hang);
        await foreach (var message in Client.SubscribeAsync<byte[]>(ConsumerAnnouncement.Subject, cancellationToken: late.Token))
        {
            if (ConsumerAnnouncement.Read(message.Data) is { } heard && wanted(heard))
                return heard;
        }
        throw new TimeoutException();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var running in _running)
        {
            if (running is RideIngestHost { Stopping.IsCancellationRequested: false } host)
                await host.StopAsync();
            await running.DisposeAsync();
        }
        await Client.DisposeAsync();
        await Database.DisposeAsync();
        await Nats.DisposeAsync();
    }

    private string[] Arguments => ["--urls", "http://127.0.0.1:0", $"--nats:url={Nats.Url}", $"--postgres:url={ConnectionString}"];
}
