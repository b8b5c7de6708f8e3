using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using NATS.Client.Core;
using NATS.Client.JetStream;
using RideIngest.Faults.Worlds;
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

    private MailSimulator _mail = null!;
    private SystemWorld _world = null!;
    private TcpProxy _toSummary = null!;
    private Instance _api = null!;
    private Instance _entryGate = null!;
    private Instance _exitGate = null!;
    private Instance _visits = null!;
    private Instance _otherVisits = null!;
    private Instance _summary = null!;
    private Instance _invoices = null!;

    private string SummaryFile => Path.Combine(_world.Folder, "summary.csv");

    public async Task InitializeAsync()
    {
        _mail = MakeMail();
        await _mail.StartAsync(default);
        _world = await SystemWorld.CreateAsync("parking");
        _summary = Add("summary", "summary", $"--parking:summary:file={SummaryFile}");
        _toSummary = To(_summary.Port);
        string[] visits = [$"--parking:summary:url=http://{TcpProxy.Host}:{_toSummary.Port}", "--parking:summary:timeout=500ms"];
        (_visits, _otherVisits) = (Add("visits", "visits", visits), Add("other-visits", "visits", visits));
        _api = Add("api", "api");
        _invoices = Add("invoices", "invoices");
        string[] traffic =
            ["--parking:gates:rate=20", "--parking:gates:stay=1s", "--parking:gates:duplicate=0.1", "--parking:gates:late=0.1"];
        (_entryGate, _exitGate) = (Add("entry-gate", "entry_gate", traffic), Add("exit-gate", "exit_gate", traffic));
        await _world.StartAsync();
        await Redelivery.SoonAsync(_world.Nats.Url, Stream, Consumers);
    }

    public async Task DisposeAsync()
    {
        await _world.DisposeAsync();
        await _toSummary.DisposeAsync();
        await _mail.StopAsync(default);
        _mail.Dispose();
    }

    [Fact]
    public async Task Nothing_is_lost_no_line_and_no_invoice_comes_twice_and_the_sums_balance_whatever_fails()
    {
        using var enough = new CancellationTokenSource();
        var posting = PostAsync(enough.Token);
        foreach (var instance in (Instance[])[_entryGate, _exitGate, _api, _invoices, _summary])
            await SystemWorld.AgainAsync(one => one.KillAsync(), instance);
        await SystemWorld.KillAtAsync(visits => visits.Postgres, Way.ToClient, "COMMIT", _visits);
        await PauseAsync(_otherVisits);
        foreach (var instance in (Instance[])[_otherVisits, _summary])
            await SystemWorld.AgainAsync(one => one.TerminateAsync(), instance);
        _toSummary.BlackHole();
        await Task.Delay(TimeSpan.FromSeconds(1));
        _toSummary.Resume();
        await AwayAsync(_world.Postgres.KillAsync, () => _world.Postgres.RestartAsync());
        await AwayAsync(_world.Nats.Servers[0].KillAsync, () => _world.Nats.Servers[0].RestartAsync());
        await enough.CancelAsync();
        var posted = await posting;
        await Task.WhenAll(_entryGate.TerminateAsync(), _exitGate.TerminateAsync());
        await Eventually.True(async () => (await PostedExitsAsync()).SequenceEqual(posted.Order()));
        await SettledAsync();

        Assert.Equal(0, await _world.CountAsync("from ops.dead_letters"));
        await BalancesAsync();
        await PairsAreRightAsync();
        await LinesAreRightAsync();
        await InvoicesAreRightAsync();
    }

    private Task<string[]> PostedExitsAsync() =>
        _world.ColumnAsync<string>("select id from parking.movements where is_exit and id like 'posted-%'");

    private static async Task PauseAsync(Instance instance)
    {
        await instance.PauseAsync();
        await Task.Delay(TimeSpan.FromSeconds(1));
        instance.Resume();
    }

    private static async Task AwayAsync(Func<Task> kill, Func<Task> restart)
    {
        await kill();
        await Task.Delay(TimeSpan.FromSeconds(1));
        await restart();
    }

    private async Task BalancesAsync()
    {
        var statistics = JsonNode.Parse(await Http.GetStringAsync(new Uri(_api.Url, "/parking/statistics")))!;
        Assert.True((bool)statistics["balanced"]!);
        Assert.Equal(await _world.CountAsync("from parking.movements where is_exit"), (long)statistics["exits"]!["received"]!);
        Assert.Equal(await _world.CountAsync("from parking.movements where not is_exit"), (long)statistics["entries"]!["received"]!);
        Assert.Equal(
            await _world.CountAsync("from parking.movements where is_exit and state = 'paired'"), (long)statistics["exits"]!["paired"]!);
        Assert.Equal(await _world.CountAsync("from parking.inside"), (long)statistics["entries"]!["open"]!);
    }

    /// <summary>The rule over all events at once: an exit pairs with its predecessor if that is an entry.</summary>
    private async Task PairsAreRightAsync() => Assert.Equal(0, await _world.CountAsync(
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
        var visits = (await _world.ColumnAsync<(string, int)>("select id, version from parking.movements where is_exit and version > 0"))
            .SelectMany(visit => Enumerable.Range(1, visit.Item2).Select(version => $"{visit.Item1},{version}"));
        Assert.Equal(
            visits.Order(StringComparer.Ordinal),
            lines[1..].Select(line => string.Join(',', line.Split(',')[4..])).Order(StringComparer.Ordinal));
    }

    private async Task InvoicesAreRightAsync()
    {
        Assert.Equal(0, await _world.CountAsync(
            "from (select year from parking.invoices group by year having min(sequence) <> 1 or max(sequence) <> count(*)) as with_gaps"));
        Assert.Equal(
            await _world.ColumnAsync<string>("select id from parking.movements where is_exit and state = 'paired' and at > other_at"),
            await _world.ColumnAsync<string>("select visit_id from parking.invoices where kind = 'invoice' and credited_by is null"));
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
        await using var client = new NatsConnection(new NatsOpts { Url = _world.Nats.Url });
        var js = new NatsJSContext(client);
        await Eventually.True(async () =>
            await _world.CountAsync("from parking.waiting") == 0
            && await AreEmptyAsync()
            && await _world.CountAsync("from ops.outbox where system = 'parking'") == 0
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

    private static MailSimulator MakeMail() => new(new SimulatorsSettings(), NullLogger<MailSimulator>.Instance);

    private static TcpProxy To(int port) => new(TcpProxy.Host, port);

    private Instance Add(string name, string role, params string[] args) => _world.Add(
        "Parking", name,
        [
            "--roles", role, "--parking:grace=2s", "--parking:tariff:free=0s", "--parking:mail:host=127.0.0.1",
            $"--parking:mail:port={_mail.Port}", "--parking:mail:from=parking@example.com", .. args,
        ]);
}
