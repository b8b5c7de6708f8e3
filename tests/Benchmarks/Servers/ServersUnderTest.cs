using Npgsql;
using RideIngest.Benchmarks.Bookings;
using RideIngest.LocalServers.Nats;
using RideIngest.LocalServers.Postgres;

namespace RideIngest.Benchmarks.Servers;

/// <summary>A private NATS and Postgres, and processes of a system over them.</summary>
internal sealed class ServersUnderTest : IAsyncDisposable
{
    private readonly NatsServer _nats;
    private readonly PostgresServer _postgres;
    private readonly List<Child> _children = [];

    private ServersUnderTest(NatsServer nats, PostgresServer postgres) => (_nats, _postgres) = (nats, postgres);

    public string Nats => _nats.Url;

    public required string Database { get; init; }

    public static async Task<ServersUnderTest> CreateAsync()
    {
        var nats = await NatsServer.StartAsync(new() { Progress = Console.Error.WriteLine });
        var postgres = await PostgresServer.StartAsync(new() { Progress = Console.Error.WriteLine });
        return new(nats, postgres) { Database = await postgres.CreateDatabaseAsync("bench") };
    }

    /// <summary>Starts a process over the servers, and waits until it is ready.</summary>
    public async Task<Child> StartAsync(string assembly, params string[] settings)
    {
        var child = await PeerAsync(
            assembly, [$"--nats:url={Nats}", $"--postgres:url={Database}", "--urls=http://127.0.0.1:0", .. settings]);
        using var client = new HttpClient { BaseAddress = new Uri(child.Url) };
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (!(await client.GetAsync("/readyz", deadline.Token)).IsSuccessStatusCode)
            await Task.Delay(50, deadline.Token);
        return child;
    }

    public async Task<Child> PeerAsync(string assembly, params string[] args)
    {
        var child = await Child.StartAsync(assembly, args);
        _children.Add(child);
        return child;
    }

    public async Task<T> ScalarAsync<T>(string sql)
    {
        await using var connection = new NpgsqlConnection(Database);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        return (T)(await command.ExecuteScalarAsync())!;
    }

    public async Task ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(Database);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var child in _children)
            await child.DisposeAsync();
        await _nats.DisposeAsync();
        await _postgres.DisposeAsync();
    }
}
