using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using RideIngest.CheckIn;
using RideIngest.CheckIn.Settings;
using RideIngest.Hosting.Processes;
using RideIngest.Integration.Systems;
using RideIngest.Simulators;
using RideIngest.Simulators.Legacy;
using RideIngest.Simulators.Mail;
using RideIngest.TestKit.Waiting;

namespace RideIngest.Integration.CheckIn;

/// <summary>A check-in system in one process, and the simulated third parties in another host.</summary>
internal sealed class CheckInRig : IAsyncDisposable
{
    private readonly RideIngestHost _simulators;
    private readonly HttpClient _client;

    private CheckInRig(SystemRig system, RideIngestHost simulators)
    {
        (System, _simulators) = (system, simulators);
        _client = new() { BaseAddress = new(system.Url), Timeout = Deadlines.Hang };
    }

    public SystemRig System { get; }

    public LegacySimulator Legacy => _simulators.Services.GetRequiredService<LegacySimulator>();

    public MailSimulator Mail => _simulators.Services.GetRequiredService<MailSimulator>();

    public static async Task<CheckInRig> StartAsync(params string[] args) => await StartAsync(ownPostgres: false, args);

    public static async Task<CheckInRig> StartAsync(bool ownPostgres, params string[] args)
    {
        var simulators = RideIngestHost.Create(
            "simulators", ["--urls", "http://127.0.0.1:0", "--logging:level=fatal"], new SimulatorsModule());
        await simulators.StartAsync();
        var mail = simulators.Services.GetRequiredService<MailSimulator>();
        var module = new CheckInModule(CheckInDefaults.Alone with { OwnMailPort = _ => mail.Port });
        var system = await SystemRig.StartAsync(
            module, ownPostgres,
            [
                $"--checkin:legacy:url={simulators.Urls[0]}{LegacySimulator.Path}", "--checkin:legacy:idempotent=true",
                "--checkin:pause=200ms", "--checkin:taps_per_address=0", "--checkin:store_within=30s", .. args,
            ]);
        return new(system, simulators);
    }

    public async Task<Answer> TapAsync(string employee, string? key = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/checkin")
        {
            Content = new StringContent($$"""{"employee_id":"{{employee}}"}""", Encoding.UTF8, "application/json"),
        };
        if (key is not null)
            request.Headers.Add("Idempotency-Key", key);
        return await Answer.OfAsync(await _client.SendAsync(request));
    }

    /// <summary>Taps once, and asserts that it counts.</summary>
    public async Task<JsonNode> TappedAsync(string employee)
    {
        var answer = await TapAsync(employee);
        Assert.Equal(200, answer.Status);
        return answer.Json;
    }

    /// <summary>Waits until the legacy API has recorded this many labour costs of an employee, and returns them.</summary>
    public async Task<IReadOnlyList<LegacyEffect>> EffectsAsync(string employee, int count)
    {
        await Eventually.True(() => Legacy.Effects(employee).Count >= count);
        return Legacy.Effects(employee);
    }

    public async Task<JsonNode> DestinationAsync(string name) =>
        (await System.GetAsync("/checkin/outbox")).Json["destinations"]!.AsArray().Single(item => (string)item!["name"]! == name)!;

    /// <summary>Waits until no delivery is due.</summary>
    public Task SettledAsync() => Eventually.True(async () =>
        await System.Database.ScalarAsync<long>("select count(*) from checkin.due where state <> 'dead'") == 0);

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await System.DisposeAsync();
        await _simulators.StopAsync();
        await _simulators.DisposeAsync();
    }
}
