using Npgsql;
using RideIngest.Benchmarks.Bookings.Peers;
using RideIngest.LocalServers.Nats;
using RideIngest.LocalServers.Postgres;

namespace RideIngest.Benchmarks.Bookings;

/// <summary>
/// The producer and the consumer as they are deployed, each a process of its own with the default configuration, over a NATS and a
/// database.
/// </summary>
internal sealed class SystemUnderTest : IAsyncDisposable
{
    private readonly NatsServer _nats;

    private SystemUnderTest(NatsServer nats, string connection) =>
        (_nats, Connection, Database) = (nats, connection, BookingInsert.Open(connection));

    public string NatsUrl => _nats.Url;

    public string NatsVersion => _nats.Version;

    public string Connection { get; }

    public NpgsqlDataSource Database { get; }

    public required Child Producer { get; init; }

    public required Child Consumer { get; init; }

    public string Single => $"{Producer.Url}/v1/bookings";

    public BatchClient Batches => field ??= new BatchClient($"{Producer.Url}/v1/bookings/batch");

    public static async Task<SystemUnderTest> StartAsync(PostgresServer postgres, string database)
    {
        var nats = await NatsServer.StartAsync();
        var connection = await postgres.CreateDatabaseAsync(database);
        string[] settings = [$"--nats:url={nats.Url}", $"--postgres:url={connection}", "--urls=http://127.0.0.1:0"];
        var consumer = await Child.StartAsync("RideIngest.Consumer.dll", settings);
        var producer = await Child.StartAsync("RideIngest.Producer.dll", settings);
        var system = new SystemUnderTest(nats, connection) { Consumer = consumer, Producer = producer };
        await system.UntilReadyAsync();
        return system;
    }

    public async ValueTask DisposeAsync()
    {
        await Producer.DisposeAsync();
        await Consumer.DisposeAsync();
        await Database.DisposeAsync();
        await _nats.DisposeAsync();
    }

    private async Task UntilReadyAsync()
    {
        using var http = new HttpClient();
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        foreach (var url in new[] { Consumer.Url, Producer.Url })
        {
            while (!(await http.GetAsync($"{url}/readyz", deadline.Token)).IsSuccessStatusCode)
                await Task.Delay(100, deadline.Token);
        }
    }
}
