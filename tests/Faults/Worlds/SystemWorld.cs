using System.Diagnostics;
using Dapper;
using Npgsql;
using RideIngest.LocalServers.Postgres;
using RideIngest.TestKit.Network;
using RideIngest.TestKit.Waiting;

namespace RideIngest.Faults.Worlds;

/// <summary>Processes of a sibling system over a NATS and a Postgres of their own, and what can happen to them.</summary>
internal sealed class SystemWorld : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("rideingest-faults-");
    private readonly List<Instance> _instances = [];
    private readonly string _connection;

    private SystemWorld(NatsNodes nats, PostgresServer postgres, string connection)
    {
        (Nats, Postgres, _connection) = (nats, postgres, connection);
        Database = NpgsqlDataSource.Create(connection);
    }

    public NatsNodes Nats { get; }

    public PostgresServer Postgres { get; }

    public NpgsqlDataSource Database { get; }

    /// <summary>A folder for the processes' files, which is deleted at the end.</summary>
    public string Folder => _folder.FullName;

    public static async Task<SystemWorld> CreateAsync(string database)
    {
        var nats = await NatsNodes.StartAsync(1, null);
        var postgres = await PostgresServer.StartAsync(new PostgresServerOptions { Durable = true });
        return new(nats, postgres, await postgres.CreateDatabaseAsync(database));
    }

    /// <summary>Adds a process, which is not started yet.</summary>
    public Instance Add(string program, string name, params string[] args)
    {
        var instance = new Instance(program, name, Nats.Servers, _connection, _folder.FullName, args);
        _instances.Add(instance);
        return instance;
    }

    /// <summary>Starts all processes, and waits until they are ready.</summary>
    public async Task StartAsync()
    {
        await Task.WhenAll(_instances.Select(instance => instance.StartAsync()));
        await Task.WhenAll(_instances.Select(instance => instance.ReadyAsync()));
    }

    /// <summary>Ends processes of different roles, and starts them again.</summary>
    public static Task AgainAsync(Func<Instance, Task> end, params Instance[] instances) => Task.WhenAll(instances.Select(async instance =>
    {
        await end(instance);
        await instance.StartAsync();
    }));

    /// <summary>Stops processes for longer than others believe that they are there.</summary>
    public static Task PauseAsync(params Instance[] instances) => Task.WhenAll(instances.Select(async instance =>
    {
        await instance.PauseAsync();
        await Task.Delay(TimeSpan.FromSeconds(7));
        instance.Resume();
    }));

    /// <summary>
    /// Kills the process on whose connection this passes first, at that moment, and starts it again: of those of a role, not all may work.
    /// </summary>
    public static async Task KillAtAsync(Func<Instance, TcpProxy> connection, Way way, string text, params Instance[] instances)
    {
        var wires = instances.Select(instance => (Instance: instance, Wire: new Tripwire(way, text, tripped: instance.KillNow))).ToList();
        foreach (var (instance, wire) in wires)
            connection(instance).Tripwire = wire;
        await Task.WhenAny(wires.Select(one => one.Wire.Hit)).WaitAsync(Deadlines.Hang);
        foreach (var instance in instances)
            connection(instance).Tripwire = null;
        foreach (var (instance, _) in wires.Where(one => one.Wire.Hit.IsCompleted))
        {
            await instance.KillAsync();
            await instance.StartAsync();
        }
    }

    /// <summary>Runs a command of a program over the database, and returns its exit code and what it said.</summary>
    public async Task<(int Code, string Said)> RunAsync(string program, string command)
    {
        var dll = Path.Combine(AppContext.BaseDirectory, $"RideIngest.{program}.dll");
        using var process = Process.Start(new ProcessStartInfo("dotnet", [dll, command, $"--postgres:url={_connection}"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var said = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode, string.Concat(said));
    }

    public async Task<T[]> ColumnAsync<T>(string sql)
    {
        await using var connection = await Database.OpenConnectionAsync();
        return [.. (await connection.QueryAsync<T>(sql)).Order()];
    }

    public async Task<long> CountAsync(string what) => (await ColumnAsync<long>($"select count(*) {what}"))[0];

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_instances.Select(instance => instance.DisposeAsync().AsTask()));
        await Database.DisposeAsync();
        await Nats.DisposeAsync();
        await Postgres.DisposeAsync();
        _folder.Delete(recursive: true);
    }
}
