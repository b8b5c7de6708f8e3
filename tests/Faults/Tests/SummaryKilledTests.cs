using System.Net;
using System.Text;
using Npgsql;
using RideIngest.Faults.Worlds;
using RideIngest.LocalServers.Postgres;
using RideIngest.TestKit.Network;
using RideIngest.TestKit.Waiting;

namespace RideIngest.Faults.Tests;

/// <summary>The parking system's summary server, killed at any moment and at the worst one: when its answer leaves.</summary>
public sealed class SummaryKilledTests : IAsyncLifetime
{
    private const int Kills = 4;
    private const int Together = 20;
    private const int Seed = 7;

    private static readonly HttpClient Http = new() { Timeout = Deadlines.Hang };

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("rideingest-summary-");
    private NatsNodes _nats = null!;
    private PostgresServer _postgres = null!;
    private string _database = "";
    private Instance _summary = null!;
    private TcpProxy _network = null!;
    private Instance _visits = null!;

    private string Path => System.IO.Path.Combine(_folder.FullName, "summary.csv");

    public async Task InitializeAsync()
    {
        _nats = await NatsNodes.StartAsync(1, null);
        _postgres = await PostgresServer.StartAsync(new PostgresServerOptions { Durable = false });
        _database = await _postgres.CreateDatabaseAsync("parking");
        _summary = Make("summary", "--roles", "summary", $"--parking:summary:file={Path}");
        _network = To(_summary.Port);
        _visits = Make("visits", "--roles", "api,visits", $"--parking:summary:url=http://{TcpProxy.Host}:{_network.Port}");
        await Task.WhenAll(_summary.StartAsync(), _visits.StartAsync());
        await Task.WhenAll(_summary.ReadyAsync(), _visits.ReadyAsync());
    }

    public async Task DisposeAsync()
    {
        await _visits.DisposeAsync();
        await _network.DisposeAsync();
        await _summary.DisposeAsync();
        await _nats.DisposeAsync();
        await _postgres.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Each_version_of_a_visit_is_in_the_file_once_however_often_the_summary_server_is_killed()
    {
        using var enough = new CancellationTokenSource();
        var posting = PostAsync(enough.Token);
        var random = new Random(Seed);
        for (var kill = 0; kill < Kills; kill++)
        {
            if (kill % 2 == 0)
                await KillAsItAnswersAsync();
            else
                await Task.Delay(random.Next(500));
            await _summary.KillAsync();
            await _summary.StartAsync();
        }
        await enough.CancelAsync();
        var visits = await posting;

        await Eventually.True(() => Lines().Length - 1 >= visits);
        var lines = Lines();
        Assert.Equal("vehicle_plate,entry_date_time,exit_date_time,duration,visit_id,version", lines[0]);
        Assert.Equal(
            Enumerable.Range(0, visits).Select(visit => $"P{visit},2026-11-29T08:00:00Z,2026-11-29T09:00:00Z,1h0m0s,x{visit},1").Order(),
            lines[1..].Order());
        Assert.Equal(0L, await DeadLettersAsync());
    }

    // The line is on disk and committed then, and the caller does not know.
    private async Task KillAsItAnswersAsync()
    {
        var wire = new Tripwire(Way.ToClient, "HTTP/1.1 201", tripped: _summary.KillNow);
        _network.Tripwire = wire;
        await wire.Hit.WaitAsync(Deadlines.Hang);
        _network.Tripwire = null;
    }

    /// <summary>Posts visits until there are enough.</summary>
    /// <returns>Their number.</returns>
    private async Task<int> PostAsync(CancellationToken enough)
    {
        var visits = 0;
        for (; !enough.IsCancellationRequested; visits += Together)
        {
            var range = Enumerable.Range(visits, Together).ToArray();
            await PostAsync("entries", range.Select(visit =>
                $$"""{"id":"e{{visit}}","vehicle_plate":"P{{visit}}","entry_date_time":"2026-11-29T08:00:00Z"}"""));
            await PostAsync("exits", range.Select(visit =>
                $$"""{"id":"x{{visit}}","vehicle_plate":"P{{visit}}","exit_date_time":"2026-11-29T09:00:00Z"}"""));
        }
        return visits;
    }

    private async Task PostAsync(string what, IEnumerable<string> events)
    {
        using var content = new StringContent(string.Join('\n', events), Encoding.UTF8, "application/x-ndjson");
        using var answer = await Http.PostAsync(new Uri(_visits.Url, $"/parking/{what}"), content);
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
    }

    private string[] Lines()
    {
        using var reader = new StreamReader(new FileStream(Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return reader.ReadToEnd().Split('\n')[..^1];
    }

    private async Task<object?> DeadLettersAsync()
    {
        await using var database = NpgsqlDataSource.Create(_database);
        await using var command = database.CreateCommand("select count(*) from ops.dead_letters");
        return await command.ExecuteScalarAsync();
    }

    private static TcpProxy To(int port) => new(TcpProxy.Host, port);

    private Instance Make(string name, params string[] args) =>
        new("Parking", name, _nats.Servers, _database, _folder.FullName, args);
}
