using System.Text.Json.Nodes;
using Npgsql;
using RideIngest.Benchmarks.Bookings;
using RideIngest.LocalServers.Nats;
using RideIngest.LocalServers.Postgres;

namespace RideIngest.Benchmarks.Parking;

/// <summary>
/// All roles in one process, as it is deployed, over a private NATS and Postgres. No mail is sent, because no owner is known.
/// </summary>
internal sealed class ParkingUnderTest : IAsyncDisposable
{
    private readonly NatsServer _nats;
    private readonly PostgresServer _postgres;
    private readonly string _folder = Directory.CreateTempSubdirectory("rideingest-parking-").FullName;
    private HttpClient? _client;

    private ParkingUnderTest(NatsServer nats, PostgresServer postgres) => (_nats, _postgres) = (nats, postgres);

    public string Nats => _nats.Url;

    public required string Database { get; init; }

    public string SummaryFile => Path.Combine(_folder, "summary.csv");

    /// <summary>Null until it is started.</summary>
    public Child? Process { get; private set; }

    public static async Task<ParkingUnderTest> CreateAsync()
    {
        var nats = await NatsServer.StartAsync(new() { Progress = Console.Error.WriteLine });
        var postgres = await PostgresServer.StartAsync(new() { Progress = Console.Error.WriteLine });
        return new(nats, postgres) { Database = await postgres.CreateDatabaseAsync("parking") };
    }

    public static async Task<ParkingUnderTest> StartAsync(params string[] settings)
    {
        var parking = await CreateAsync();
        await parking.RunAsync(settings);
        return parking;
    }

    public async Task RunAsync(params string[] settings)
    {
        Process = await Child.StartAsync("RideIngest.Parking.dll",
        [
            $"--nats:url={Nats}", $"--postgres:url={Database}", "--urls=http://127.0.0.1:0", $"--parking:summary:file={SummaryFile}",
            "--parking:mail:host=127.0.0.1", "--parking:mail:from=parking@example.com", "--parking:gates:rate=0", .. settings,
        ]);
        _client = new HttpClient { BaseAddress = new Uri(Process.Url) };
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (!(await _client.GetAsync("/readyz", deadline.Token)).IsSuccessStatusCode)
            await Task.Delay(50, deadline.Token);
    }

    public async Task<JsonNode> StatisticsAsync() => JsonNode.Parse(await _client!.GetStringAsync("/parking/statistics"))!;

    public async Task ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(Database);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _client?.Dispose();
        if (Process is not null)
            await Process.DisposeAsync();
        await _nats.DisposeAsync();
        await _postgres.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
