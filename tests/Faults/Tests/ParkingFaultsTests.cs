using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Dapper;
using Microsoft.Extensions.Logging.Abstractions;
using NATS.Client.Core;
using NATS.Client.JetStream;
using Npgsql;
using RideIngest.Faults.Worlds;
using RideIngest.LocalServers.Postgres;
using RideIngest.Simulators.Mail;
using RideIngest.Simulators.Settings;
using RideIngest.TestKit.Network;
using RideIngest.TestKit.Waiting;

namespace RideIngest.Faults.Tests;

/// <summary>The parking system with a process for each role, of which each fails in turn, and then both servers.</summary>
public sealed class ParkingFaultsTests : IAsyncLifetime
{
    private const string Stream = "PARKING";
    private const string Header = "vehicle_plate,entry_date_time,exit_date_time,duration,visit_id,version";

    // Between two posted visits, so that little waits when something fails.
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(100);

    private static readonly string[] Consumers = ["entries", "exits", "summary", "invoices", "mail"];
    private static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(10) };

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("rideingest-parking-");
    private MailSimulator _mail = null!;
    private NatsNodes _nats = null!;
    private PostgresServer _postgres = null!;
    private string _connection = "";
    private NpgsqlDataSource _database = null!;
    private TcpProxy _toSummary = null!;
    private Instance _api = null!;
    private Instance _entryGate = null!;
    private Instance _exitGate = null!;
    private Instance _visits = null!;
    private Instance _otherVisits = null!;
    private Instance _summary = null!;
    private Instance _invoices = null!;

    private string SummaryFile => Path.Combine(_folder.FullName, "summary.csv");

    private Instance[] All => [_summary, _api, _visits, _otherVisits, _invoices, _entryGate, _exitGate];

    public async Task InitializeAsync()
    {
        _mail = MakeMail();
        await _mail.StartAsync(default);
        _nats = await NatsNodes.StartAsync(1, null);
        _postgres = await PostgresServer.StartAsync();
        _connection = await _postgres.CreateDatabaseAsync("parking");
        _database = NpgsqlDataSource.Create(_connection);
        _summary = Make("summary", "summary", $"--parking:summary:file={SummaryFile}");
        _toSummary = To(_summary.Port);
        string[] visits = [$"--parking:summary:url=http://{TcpProxy.Host}:{_toSummary.Port}", "--parking:summary:timeout=500ms"];
        (_visits, _otherVisits) = (Make("visits", "visits", visits), Make("other-visits", "visits", visits));
        _api = Make("api", "api");
        _invoices = Make("invoices", "invoices");
        string[] traffic =
            ["--parking:gates:rate=20", "--parking:gates:stay=1s", "--parking:gates:duplicate=0.1", "--parking:gates:late=0.1"];
        (_entryGate, _exitGate) = (Make("entry-gate", "entry_gate", traffic), Make("exit-gate", "exit_gate", traffic));
        await Task.WhenAll(All.Select(instance => instance.StartAsync()));
        await Task.WhenAll(All.Select(instance => instance.ReadyAsync()));
        await Redelivery.SoonAsync(_nats.Url, Stream, Consumers);
    }

    public async Task DisposeAsync()
    {
        await Task.WhenAll(All.Select(instance => instance.DisposeAsync().AsTask()));
        await _toSummary.DisposeAsync();
        await _database.DisposeAsync();
        await _nats.DisposeAsync();
        await _postgres.DisposeAsync();
        await _mail.StopAsync(default);
        _mail.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Nothing_is_lost_no_line_and_no_invoice_comes_twice_and_the_sums_balance_whatever_fails()
    {
        using var enough = new CancellationTokenSource();
        var posting = PostAsync(enough.Token);
        foreach (var instance in (Instance[])[_entryGate, _exitGate, _api, _invoices, _summary])
        {
            await instance.KillAsync();
            await instance.StartAsync();
        }
        await KillAtCommitAsync(_visits);
        await PauseAsync(_otherVisits);
        foreach (var instance in (Instance[])[_otherVisits, _summary])
        {
            await instance.TerminateAsync();
            await instance.StartAsync();
        }
        _toSummary.BlackHole();
        await Task.Delay(TimeSpan.FromSeconds(1));
        _toSummary.Resume();
        await _postgres.KillAsync();
        await Task.Delay(TimeSpan.FromSeconds(1));
        await _postgres.RestartAsync();
        await _nats.Servers[0].KillAsync();
        await Task.Delay(TimeSpan.FromSeconds(1));
        await _nats.Servers[0].RestartAsync();
        await enough.CancelAsync();
        var posted = await posting;
        await Task.WhenAll(_entryGate.TerminateAsync(), _exitGate.TerminateAsync());
        await SettledAsync();

        Assert.Equal(posted.Order(), await ColumnAsync<string>("select id from parking.movements where is_exit and id like 'posted-%'"));
        Assert.Equal(0, await CountAsync("from ops.dead_letters"));
        await BalancesAsync();
        await PairsAreRightAsync();
        await LinesAreRightAsync();
        await InvoicesAreRightAsync();
    }

    private static async Task PauseAsync(Instance instance)
    {
        await instance.PauseAsync();
        await Task.Delay(TimeSpan.FromSeconds(1));
        instance.Resume();
    }

    private static async Task KillAtCommitAsync(Instance instance)
    {
        var wire = new Tripwire(Way.ToClient, "COMMIT", tripped: instance.KillNow);
        instance.Postgres.Tripwire = wire;
        await wire.Hit.WaitAsync(Deadlines.Hang);
        instance.Postgres.Tripwire = null;
        await instance.KillAsync();
        await instance.StartAsync();
    }

    private async Task BalancesAsync()
    {
        var statistics = JsonNode.Parse(await Http.GetStringAsync(new Uri(_api.Url, "/parking/statistics")))!;
        Assert.True((bool)statistics["balanced"]!);
        Assert.Equal(await CountAsync("from parking.movements where is_exit"), (long)statistics["exits"]!["received"]!);
        Assert.Equal(await CountAsync("from parking.movements where not is_exit"), (long)statistics["entries"]!["received"]!);
        Assert.Equal(await CountAsync("from parking.movements where is_exit and state = 'paired'"), (long)statistics["exits"]!["paired"]!);
        Assert.Equal(await CountAsync("from parking.inside"), (long)statistics["entries"]!["open"]!);
    }

    /// <summary>The rule over all events at once: an exit pairs with its predecessor if that is an entry.</summary>
    private async Task PairsAreRightAsync() => Assert.Equal(0, await CountAsync(
        """
        from (
          select is_exit, other_id, lag(is_exit) over line as after_exit, lag(id) over line as before
          from parking.movements window line as (partition by plate order by at, is_exit, id)) as movement
        where is_exit and other_id is distinct from case when not after_exit then before end
        """));

    private async Task LinesAreRightAsync()
    {
        var lines = await File.ReadAllLinesAsync(SummaryFile);
        Assert.Equal(Header, lines[0]);
        var visits = (await ColumnAsync<(string, int)>("select id, version from parking.movements where is_exit and version > 0"))
            .SelectMany(visit => Enumerable.Range(1, visit.Item2).Select(version => $"{visit.Item1},{version}"));
        Assert.Equal(
            visits.Order(StringComparer.Ordinal),
            lines[1..].Select(line => string.Join(',', line.Split(',')[4..])).Order(StringComparer.Ordinal));
    }

    private async Task InvoicesAreRightAsync()
    {
        Assert.Equal(0, await CountAsync(
            "from (select year from parking.invoices group by year having min(sequence) <> 1 or max(sequence) <> count(*)) as with_gaps"));
        Assert.Equal(
            await ColumnAsync<string>("select id from parking.movements where is_exit and state = 'paired' and at > other_at"),
            await ColumnAsync<string>("select visit_id from parking.invoices where kind = 'invoice' and credited_by is null"));
    }

    /// <summary>Posts an entry and its exit, again until each is accepted, and so on until there are enough.</summary>
    /// <returns>The ids of the exits.</returns>
    private async Task<List<string>> PostAsync(CancellationToken enough)
    {
        var exits = new List<string>();
        while (!enough.IsCancellationRequested)
        {
            var id = string.Create(CultureInfo.InvariantCulture, $"posted-{exits.Count}");
            await AcceptedAsync("entries", $$"""{"id":"{{id}}","vehicle_plate":"{{id}}","entry_date_time":"2026-11-29T08:00:00Z"}""");
            await AcceptedAsync("exits", $$"""{"id":"{{id}}","vehicle_plate":"{{id}}","exit_date_time":"2026-11-29T09:00:00Z"}""");
            exits.Add(id);
            await Task.Delay(Pace, CancellationToken.None);
        }
        return exits;
    }

    private Task AcceptedAsync(string events, string json) => Eventually.True(async () =>
    {
        try
        {
            using var content = new StringContent(json, Encoding.UTF8, "application/json");
            using var answer = await Http.PostAsync(new Uri(_api.Url, $"/parking/{events}"), content);
            return answer.StatusCode == HttpStatusCode.Accepted;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            return false;
        }
    });

    /// <summary>
    /// Waits until all events have passed all stages, and no exit waits for its entry. Asks the consumers, because after a crash
    /// nats-server 2.9 may count messages that the stream does not have.
    /// </summary>
    private async Task SettledAsync()
    {
        await using var client = new NatsConnection(new NatsOpts { Url = _nats.Url });
        var js = new NatsJSContext(client);
        await Eventually.True(async () =>
            await CountAsync("from parking.waiting") == 0
            && await AreEmptyAsync()
            && await CountAsync("from ops.outbox where system = 'parking'") == 0
            && await AreEmptyAsync());

        async Task<bool> AreEmptyAsync()
        {
            foreach (var consumer in Consumers)
            {
                if ((await js.GetConsumerAsync(Stream, consumer)).Info is not { NumPending: 0, NumAckPending: 0 })
                    return false;
            }
            return true;
        }
    }

    private async Task<long> CountAsync(string what) => (await ColumnAsync<long>($"select count(*) {what}"))[0];

    private async Task<T[]> ColumnAsync<T>(string sql)
    {
        await using var connection = await _database.OpenConnectionAsync();
        return [.. (await connection.QueryAsync<T>(sql)).Order()];
    }

    private static MailSimulator MakeMail() => new(new SimulatorsSettings(), NullLogger<MailSimulator>.Instance);

    private static TcpProxy To(int port) => new(TcpProxy.Host, port);

    private Instance Make(string name, string role, params string[] args) => new(
        "Parking", name, _nats.Servers, _connection, _folder.FullName,
        [
            "--roles", role, "--parking:grace=2s", "--parking:tariff:free=0s", "--parking:mail:host=127.0.0.1",
            $"--parking:mail:port={_mail.Port}", "--parking:mail:from=parking@example.com", .. args,
        ]);
}
