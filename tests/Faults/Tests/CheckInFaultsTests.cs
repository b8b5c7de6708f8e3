using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using RideIngest.Faults.Worlds;
using RideIngest.Hosting.Processes;
using RideIngest.Simulators;
using RideIngest.Simulators.Legacy;
using RideIngest.Simulators.Mail;
using RideIngest.TestKit.Network;
using RideIngest.TestKit.Waiting;

namespace RideIngest.Faults.Tests;

/// <summary>
/// The check-in system with processes for each role, of which each fails in turn, then the third parties, and both servers. Employees check
/// in and out all the while, with an idempotency key for each tap.
/// </summary>
public sealed class CheckInFaultsTests : IAsyncLifetime
{
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(150);
    private static readonly string[] Consumers = ["labor-cost", "labor-cost-retry", "email", "email-retry"];

    private static readonly LegacyFault[] LegacyFaults =
    [
        LegacyFault.Errors, LegacyFault.Reject, LegacyFault.Slow, LegacyFault.Silent, LegacyFault.DropAnswer, LegacyFault.Quota,
    ];

    private static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(10) };

    private readonly ConcurrentQueue<string> _receipts = new();
    private RideIngestHost _simulators = null!;
    private SystemWorld _world = null!;
    private Instance _api = null!;
    private Instance _otherApi = null!;
    private Instance _relay = null!;
    private Instance _otherRelay = null!;
    private Instance _laborCost = null!;
    private Instance _otherLaborCost = null!;
    private Instance _email = null!;
    private int _tried;
    private int _refused;
    private volatile bool _isServerAway;

    private LegacySimulator Legacy => _simulators.Services.GetRequiredService<LegacySimulator>();

    private MailSimulator Mail => _simulators.Services.GetRequiredService<MailSimulator>();

    public async Task InitializeAsync()
    {
        _simulators = RideIngestHost.Create(
            "simulators", ["--urls", "http://127.0.0.1:0", "--logging:level=fatal"], new SimulatorsModule());
        await _simulators.StartAsync();
        _world = await SystemWorld.CreateAsync("checkin");
        (_api, _otherApi) = (Make("api", "api"), Make("other-api", "api"));
        (_relay, _otherRelay) = (Make("relay", "relay"), Make("other-relay", "relay"));
        (_laborCost, _otherLaborCost) = (Make("labor-cost", "labor_cost"), Make("other-labor-cost", "labor_cost"));
        _email = Make("email", "email");
        await _world.StartAsync();
        await Redelivery.SoonAsync(_world.Nats.Url, "CHECKIN", Consumers);
    }

    public async Task DisposeAsync()
    {
        await _world.DisposeAsync();
        await _simulators.StopAsync();
        await _simulators.DisposeAsync();
    }

    [Fact]
    public async Task Every_tap_counts_once_and_every_check_out_has_one_effect_and_one_mail_whatever_fails()
    {
        using var enough = new CancellationTokenSource();
        var working = Task.WhenAll(Enumerable.Range(0, 4).Select(reader => WorkAsync(reader, enough.Token)));
        await SystemWorld.AgainAsync(instance => instance.KillAsync(), _api, _relay, _laborCost, _email);
        await SystemWorld.AgainAsync(instance => instance.KillAsync(), _otherApi, _otherRelay, _otherLaborCost);
        await SystemWorld.KillAtAsync(relay => relay.Nats[0], Way.ToServer, "PUB checkin.checkouts", _relay, _otherRelay);
        await SystemWorld.KillAtAsync(relay => relay.Nats[0], Way.ToClient, "\"stream\":\"CHECKIN\"", _relay, _otherRelay);
        await SystemWorld.KillAtAsync(caller => caller.Postgres, Way.ToClient, "DELETE ", _laborCost, _otherLaborCost);
        await SystemWorld.PauseAsync(_api, _relay, _laborCost, _email);
        await SystemWorld.AgainAsync(instance => instance.TerminateAsync(), _otherApi, _otherRelay, _otherLaborCost, _email);
        foreach (var fault in LegacyFaults)
        {
            Legacy.Set(fault);
            await Task.Delay(TimeSpan.FromSeconds(2));
        }
        Legacy.Set(LegacyFault.None);
        await Mail.SetAsync(MailFault.Down);
        await WithoutAsync(_world.Postgres.KillAsync, () => _world.Postgres.RestartAsync());
        await WithoutAsync(_world.Nats.Servers[0].KillAsync, () => _world.Nats.Servers[0].RestartAsync());
        await Mail.SetAsync(MailFault.None);
        await enough.CancelAsync();
        var employees = (await working).SelectMany(some => some).ToList();
        await SettledAsync();

        Assert.True(_refused <= _tried / 1000.0, $"{_refused} of {_tried} taps were refused while a server was away.");
        await TapsAreRightAsync(employees);
        await EffectsAreRightAsync();
        await ReceiptsAreRightAsync();
    }

    /// <summary>Each tap is an event, or a dead letter that is out of order.</summary>
    private async Task TapsAreRightAsync(List<string> employees)
    {
        var taps = (await _world.ColumnAsync<(string, long)>(
            """
            select employee_id, count(*) from (
              select employee_id from checkin.events where action in ('checked_in', 'checked_out')
              union all
              select convert_from(payload, 'UTF8')::json ->> 'employee_id' from ops.dead_letters where stage = 'intake') as tap
            group by employee_id
            """)).ToDictionary(row => row.Item1, row => row.Item2);
        Assert.All(employees, employee => Assert.Equal((employee, 2), (employee, taps.GetValueOrDefault(employee))));
        Assert.Empty(await _world.ColumnAsync<string>("select code from ops.dead_letters where stage = 'intake' and code <> 'out_of_order'"));
        Assert.Equal(
            await _world.CountAsync("from checkin.events where action = 'checked_out'"),
            await _world.CountAsync("from checkin.records where state = 'closed'"));
    }

    /// <summary>Each check-out has one effect and one mail; or a dead letter, if it was refused or nobody knows.</summary>
    private async Task EffectsAreRightAsync()
    {
        var checkOuts = await _world.ColumnAsync<string>("select id::text from checkin.events where action = 'checked_out'");
        var refused = await _world.ColumnAsync<string>("select key from ops.dead_letters where stage = 'labor-cost' and code = 'refused'");
        Assert.Equal(checkOuts, Legacy.Effects().Select(effect => effect.Key!).Union(refused).Order());
        Assert.Empty(
            await _world.ColumnAsync<string>("select code from ops.dead_letters where stage = 'labor-cost' and code <> 'refused'"));
        Assert.Empty(await _world.ColumnAsync<string>("select code from ops.dead_letters where stage = 'email' and code <> 'in_doubt'"));
        var mails = Mail.Received();
        Assert.All(mails, mail => Assert.Equal(1, mail.Times));
        var doubted = await _world.ColumnAsync<string>("select key from ops.dead_letters where stage = 'email'");
        Assert.Equal(checkOuts, mails.Select(mail => mail.MessageId.Split('@')[0]).Union(doubted).Order());
    }

    private async Task ReceiptsAreRightAsync()
    {
        foreach (var receipt in _receipts)
        {
            var read = JsonNode.Parse(await Http.GetStringAsync(new Uri(_api.Url, $"/checkin/receipts/{receipt}")))!;
            Assert.Contains((string)read["action"]!, (string[])["checked_in", "checked_out", "dead_letter"]);
        }
    }

    private async Task WithoutAsync(Func<Task> kill, Func<Task> restart)
    {
        await kill();
        _isServerAway = true;
        await Task.Delay(TimeSpan.FromSeconds(3));
        _isServerAway = false;
        await restart();
        await Task.Delay(TimeSpan.FromSeconds(2));
    }

    /// <summary>Lets one employee after the other check in and out, until there are enough.</summary>
    private async Task<List<string>> WorkAsync(int reader, CancellationToken enough)
    {
        var employees = new List<string>();
        while (!enough.IsCancellationRequested)
        {
            var employee = string.Create(CultureInfo.InvariantCulture, $"READER{reader}N{employees.Count}");
            await TapAsync(employee, "in", reader);
            await TapAsync(employee, "out", reader);
            employees.Add(employee);
            await Task.Delay(Pace, CancellationToken.None);
        }
        return employees;
    }

    /// <summary>Taps, again with the same key until it is accepted.</summary>
    private async Task TapAsync(string employee, string tap, int reader)
    {
        var attempts = reader;
        await Eventually.True(async () =>
        {
            var api = attempts++ % 2 == 0 ? _api : _otherApi;
            var isCounted = _isServerAway;
            var isAccepted = await TryAsync(api, employee, $"{employee}-{tap}");
            if (isCounted && _isServerAway)
            {
                Interlocked.Increment(ref _tried);
                if (!isAccepted)
                    Interlocked.Increment(ref _refused);
            }
            return isAccepted;
        });
    }

    private async Task<bool> TryAsync(Instance api, string employee, string key)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(api.Url, "/api/checkin"))
            {
                Content = new StringContent($$"""{"employee_id":"{{employee}}"}""", Encoding.UTF8, "application/json"),
                Headers = { { "Idempotency-Key", key } },
            };
            using var answer = await Http.SendAsync(request);
            if (answer.StatusCode == HttpStatusCode.Accepted)
                _receipts.Enqueue((string)JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["receipt"]!);
            return answer.StatusCode is HttpStatusCode.OK or HttpStatusCode.Accepted;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            return false;
        }
    }

    /// <summary>Waits until no tap and no delivery waits.</summary>
    private Task SettledAsync() => Eventually.True(async () =>
    {
        var events = await _world.CountAsync("from checkin.events");
        return await _world.CountAsync("from ops.outbox where system = 'checkin'") == 0
            && await _world.CountAsync("from checkin.due where state <> 'dead'") == 0
            && await AreStoredAsync()
            && events == await _world.CountAsync("from checkin.events");
    });

    private async Task<bool> AreStoredAsync()
    {
        foreach (var receipt in _receipts)
        {
            using var answer = await Http.GetAsync(new Uri(_api.Url, $"/checkin/receipts/{receipt}"));
            if (!answer.IsSuccessStatusCode
                || (string)JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["action"]! == "accepted")
                return false;
        }
        return true;
    }

    private Instance Make(string name, string role) => _world.Add(
        "CheckIn", name,
        [
            "--roles", role, "--checkin:duplicate_window=0s", "--checkin:taps_per_address=0", "--checkin:pause=300ms",
            "--checkin:sweep_after=15s",
            $"--checkin:legacy:url={_simulators.Urls[0]}{LegacySimulator.Path}", "--checkin:legacy:idempotent=true",
            "--checkin:legacy:timeout=1s", "--checkin:legacy:rate=1000", "--checkin:email:rate=1000",
            "--checkin:smtp:host=127.0.0.1", $"--checkin:smtp:port={Mail.Port}", "--checkin:smtp:from=checkin@example.com",
        ]);
}
