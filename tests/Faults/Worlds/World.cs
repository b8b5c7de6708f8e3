using NATS.Client.Core;
using NATS.Client.JetStream;
using NATS.Client.JetStream.Models;
using Npgsql;
using RideIngest.LocalServers.Postgres;
using RideIngest.LocalServers.Processes;
using RideIngest.Streams.Rides;
using RideIngest.TestKit.Files;

namespace RideIngest.Faults.Worlds;

/// <summary>
/// Producers, consumers or the casino, NATS and Postgres, real and private, and our own way to each of the servers, which no fault touches.
/// </summary>
internal sealed class World : IAsyncDisposable
{
    /// <summary>The role of our processes, if they have one of their own.</summary>
    public const string Role = "ingest";

    private readonly DirectoryInfo _logs = Directory.CreateTempSubdirectory("rideingest-faults-");
    private readonly LimitedDisk? _disk;
    private readonly CasinoProcesses? _casino;

    private World(
        WorldOptions options, NatsNodes nats, PostgresServer postgres, string database, LimitedDisk? disk, FaultyRates? rates,
        string? clocks)
    {
        var ours = options.Role
            ? new NpgsqlConnectionStringBuilder(database) { Username = Role, Password = Role }.ConnectionString
            : database;
        (Options, Nats, Postgres, ConnectionString, _disk) = (options, nats, postgres, database, disk);
        Client = new NatsConnection(new NatsOpts
        {
            Url = nats.Url,
            ConnectTimeout = TimeSpan.FromSeconds(2),
            RequestTimeout = TimeSpan.FromSeconds(5),
        });

        // Not pooled: a connection that a fault has ended would say so to the fault after it.
        Database = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(database)
        {
            Pooling = false,
            Timeout = 5,
            CommandTimeout = 60,
            ApplicationName = "harness",
        });
        string[] shared =
        [
            $"--ingest:replicas={options.Nodes}", $"--ingest:stream_bytes={options.StreamBytes}", $"--ingest:fallback={options.Fallback}",
        ];
        Producers = [.. Enumerable.Range(1, options.Producers).Select(number => Make("Producer", $"producer-{number}", shared))];
        Consumers = [.. Enumerable.Range(1, options.Consumers).Select(number => Make("Consumer", $"consumer-{number}", shared))];
        _casino = rates is null ? null : new CasinoProcesses(rates, (name, arguments) => Make("Casino", name, arguments));

        Instance Make(string program, string name, params string[] arguments) => new(
            program, name, nats.Servers, ours, _logs.FullName, arguments)
        {
            Clock = clocks is null ? null : new WrongClock(clocks, Path.Combine(_logs.FullName, $"{name}.clock")),
        };
    }

    public WorldOptions Options { get; }

    public NatsNodes Nats { get; }

    public PostgresServer Postgres { get; }

    public string ConnectionString { get; }

    public IReadOnlyList<Instance> Producers { get; }

    public IReadOnlyList<Instance> Consumers { get; }

    public IEnumerable<Instance> Instances => [.. Producers, .. Consumers, .. _casino?.All ?? []];

    public CasinoProcesses Casino => _casino ?? throw new InvalidOperationException("There is no casino in this world.");

    /// <summary>The stream that everything goes through.</summary>
    public string Stream => Options.Casino ? CasinoProcesses.Stream : RidesStream.Name;

    public NatsConnection Client { get; }

    public NatsJSContext Js => new(Client);

    public NpgsqlDataSource Database { get; }

    public string Logs => _logs.FullName;

    /// <summary>Where Postgres keeps its files, when that is limited.</summary>
    public LimitedDisk? Disk => _disk;

    public static async Task<World> StartAsync(WorldOptions options)
    {
        var disk = options.PostgresDiskMegabytes > 0 ? await LimitedDisk.MountAsync(options.PostgresDiskMegabytes) : null;
        var starting = PostgresServer.StartAsync(new PostgresServerOptions
        {
            MaxConnections = options.PostgresConnections,
            DataDirectory = disk?.In("postgres"),
        });
        var nats = await NatsNodes.StartAsync(options.Nodes, options.NatsVersion);
        var postgres = await starting;
        var clocks = options.Clocks ? await WrongClock.LibraryAsync() : null;
        var rates = options.Casino ? await FaultyRates.StartAsync() : null;
        var world = new World(options, nats, postgres, await postgres.CreateDatabaseAsync("rides"), disk, rates, clocks);
        try
        {
            if (options.Role)
                await world.ExecuteAsync($"create role {Role} login password '{Role}'; alter database rides owner to {Role}");
            await Task.WhenAll(world.Instances.Select(instance => instance.StartAsync()));
            await Task.WhenAll(world.Instances.Select(instance => instance.ReadyAsync()));
            return world;
        }
        catch
        {
            await world.DisposeAsync();
            throw;
        }
    }

    /// <summary>What the stream has, as its leader says, and what each of its consumers says.</summary>
    public async Task<(StreamState State, List<ConsumerInfo> Consumers)> StreamAsync()
    {
        var state = (await Js.GetStreamAsync(Stream)).Info.State;
        var consumers = new List<ConsumerInfo>();
        foreach (var consumer in Options.Casino ? CasinoProcesses.Consumers : [RidesStream.Consumer])
            consumers.Add((await Js.GetConsumerAsync(Stream, consumer)).Info);
        return (state, consumers);
    }

    public async Task ExecuteAsync(string sql)
    {
        await using var command = Database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Suspends Postgres with all its sessions, until <see cref="ResumePostgres"/>.</summary>
    public async Task PausePostgresAsync()
    {
        await Postgres.PauseAsync();
        foreach (var session in PostgresProcesses())
            Posix.Signal(session, Posix.Stop);
    }

    public void ResumePostgres()
    {
        foreach (var session in PostgresProcesses())
            Posix.Signal(session, Posix.Continue);
        Postgres.Resume();
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(Instances.Select(instance => instance.DisposeAsync().AsTask()));
        if (_casino is not null)
            await _casino.DisposeAsync();
        await Client.DisposeAsync();
        await Database.DisposeAsync();
        await Nats.DisposeAsync();
        await Postgres.DisposeAsync();
        if (_disk is not null)
            await _disk.DisposeAsync();
    }

    private IEnumerable<int> PostgresProcesses() =>
        File.ReadAllText($"/proc/{Postgres.ProcessId}/task/{Postgres.ProcessId}/children")
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(int.Parse);
}
