using System.Net;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using RideIngest.Casino;
using RideIngest.Casino.Settings;
using RideIngest.CheckIn;
using RideIngest.CheckIn.Settings;
using RideIngest.Console;
using RideIngest.Consumer;
using RideIngest.Hosting.Processes;
using RideIngest.Integration.Casino;
using RideIngest.Integration.Systems;
using RideIngest.LocalServers.Nats;
using RideIngest.Parking;
using RideIngest.Parking.Settings;
using RideIngest.Producer;
using RideIngest.Simulators;
using RideIngest.Simulators.Legacy;
using RideIngest.Simulators.Mail;
using RideIngest.TestKit.Servers;
using RideIngest.TestKit.Waiting;

namespace RideIngest.Integration.Deploy;

/// <summary>
/// Starts processes with the settings of a deployment, over servers of the test's, and sends a record, or an event, with the key that was
/// made.
/// </summary>
internal static class DeployedSystem
{
    public static async Task TakesARecordAsync(DeploySecrets secrets, string[] producerArgs, string[] consumerArgs)
    {
        await using var nats = await NatsAsync(secrets);
        string[] here = [.. await HereAsync(nats), "--ingest:replicas=1", "--ingest:stream_bytes=1GB"];
        await using var consumer = RideIngestHost.Create("consumer", [.. consumerArgs, .. here], ModuleOf("consumer"));
        await using var producer = RideIngestHost.Create("producer", [.. producerArgs, .. here], ModuleOf("producer"));
        await consumer.StartAsync();
        await producer.StartAsync();
        using var client = producer.Client();

        using var stranger = await client.PostAsync("/v1/bookings", Booking());
        client.DefaultRequestHeaders.Add("X-Api-Key", await File.ReadAllTextAsync(secrets["api_key"]));
        using var sender = await client.PostAsync("/v1/bookings", Booking());
        using var reader = await client.GetAsync(sender.Headers.Location);

        Assert.Equal(
            (HttpStatusCode.Unauthorized, HttpStatusCode.Created, HttpStatusCode.OK),
            (stranger.StatusCode, sender.StatusCode, reader.StatusCode));
        await producer.StopAsync();
        await consumer.StopAsync();
    }

    /// <param name="intakeArgs">Of the process that takes events.</param>
    /// <param name="figuresArgs">Of the one that counts them, where that is another.</param>
    public static async Task TakesAnEventAsync(DeploySecrets secrets, string[] intakeArgs, string[]? figuresArgs = null)
    {
        await using var nats = await NatsAsync(secrets);
        string[] here = [.. await HereAsync(nats), "--casino:replicas=1", "--casino:stream_bytes=1GB"];
        await using var intake = RideIngestHost.Create("casino", [.. intakeArgs, .. here], ModuleOf("casino"));
        await using var other = figuresArgs is null ? null : RideIngestHost.Create("casino", [.. figuresArgs, .. here], ModuleOf("casino"));
        await intake.StartAsync();
        if (other is not null)
            await other.StartAsync();
        using var client = await CasinoSystem.ReadyAsync(new Uri(intake.Urls[0]));
        using var figures = await CasinoSystem.ReadyAsync(new Uri((other ?? intake).Urls[0]));

        Assert.Equal(401, (await CasinoSystem.PostAsync(client, GivenEvents.Deposit(1))).Status);
        foreach (var sender in (HttpClient[])[client, figures])
            sender.DefaultRequestHeaders.Add("X-Api-Key", await File.ReadAllTextAsync(secrets["api_key"]));
        Assert.Equal(202, (await CasinoSystem.PostAsync(client, GivenEvents.Deposit(2))).Status);

        Assert.Equal(1, (long)(await CasinoSystem.CountedAsync(figures, 1))["events_total"]!);
        if (other is not null)
            await other.StopAsync();
        await intake.StopAsync();
    }

    /// <param name="apiArgs">Of the process that takes events.</param>
    /// <param name="summaryArgs">Of the one that owns the summary file.</param>
    /// <param name="otherArgs">Of all others.</param>
    public static async Task WritesAVisitAsync(DeploySecrets secrets, string[] apiArgs, string[] summaryArgs, params string[][] otherArgs)
    {
        await using var nats = await NatsAsync(secrets);
        string[] here =
        [
            .. await HereAsync(nats), "--parking:replicas=1", "--parking:stream_bytes=1GB",
            $"--parking:summary:file={secrets["summary.csv"]}",
        ];
        await using var summary = RideIngestHost.Create("parking", [.. summaryArgs, .. here], ModuleOf("parking"));
        await summary.StartAsync();
        here = [.. here, $"--parking:summary:url={summary.Urls[0]}"];
        await using var api = RideIngestHost.Create("parking", [.. apiArgs, .. here], ModuleOf("parking"));
        var others = otherArgs.Select(args => RideIngestHost.Create("parking", [.. args, .. here], ModuleOf("parking"))).ToList();
        await Task.WhenAll(others.Append(api).Select(process => process.StartAsync()));
        using var client = api.Client();

        Assert.Equal(HttpStatusCode.Unauthorized, await PostAsync("entries", "entry_date_time"));
        client.DefaultRequestHeaders.Add("X-Api-Key", await File.ReadAllTextAsync(secrets["api_key"]));
        await Eventually.True(async () => await PostAsync("entries", "entry_date_time") == HttpStatusCode.Accepted);
        Assert.Equal(HttpStatusCode.Accepted, await PostAsync("exits", "exit_date_time"));

        await Eventually.True(async () => (await File.ReadAllLinesAsync(secrets["summary.csv"])).Length > 1);
        foreach (var process in others.Append(api).Append(summary))
            await process.StopAsync();
        foreach (var process in others)
            await process.DisposeAsync();

        async Task<HttpStatusCode> PostAsync(string events, string time)
        {
            using var body = new StringContent(
                $$"""{"id":"1","vehicle_plate":"KA01","{{time}}":"2026-11-29T08:00:00Z"}""", Encoding.UTF8, "application/json");
            using var answer = await client.PostAsync($"/parking/{events}", body);
            return answer.StatusCode;
        }
    }

    /// <summary>Lets an employee check in and out, and the simulators record the check-out.</summary>
    /// <param name="apiArgs">Of the process that takes taps.</param>
    /// <param name="otherArgs">Of those that publish and deliver check-outs.</param>
    public static async Task DeliversACheckOutAsync(DeploySecrets secrets, string[] apiArgs, params string[][] otherArgs)
    {
        await using var nats = await NatsAsync(secrets);
        await using var simulators = RideIngestHost.Create(
            "simulators", ["--urls=http://127.0.0.1:0", "--logging:level=fatal"], ModuleOf("simulators"));
        await simulators.StartAsync();
        var legacy = simulators.Services.GetRequiredService<LegacySimulator>();
        var mail = simulators.Services.GetRequiredService<MailSimulator>();
        string[] here =
        [
            .. await HereAsync(nats), "--checkin:replicas=1", "--checkin:stream_bytes=64MB", "--checkin:duplicate_window=0s",
            $"--checkin:legacy:url={simulators.Urls[0]}{LegacySimulator.Path}", "--checkin:smtp:host=127.0.0.1",
            $"--checkin:smtp:port={mail.Port}",
        ];
        await using var api = RideIngestHost.Create("checkin", [.. apiArgs, .. here], ModuleOf("checkin"));
        var others = otherArgs.Select(args => RideIngestHost.Create("checkin", [.. args, .. here], ModuleOf("checkin"))).ToList();
        await Task.WhenAll(others.Append(api).Select(process => process.StartAsync()));
        using var client = api.Client();

        Assert.Equal(HttpStatusCode.Unauthorized, await TapAsync());
        client.DefaultRequestHeaders.Add("X-Api-Key", await File.ReadAllTextAsync(secrets["api_key"]));
        for (var tap = 0; tap < 2; tap++)
            await Eventually.True(async () => await TapAsync() == HttpStatusCode.OK);

        await Eventually.True(() => legacy.Effects("EMP001").Count > 0 && mail.Received().Count > 0);
        foreach (var process in others.Append(api))
            await process.StopAsync();
        foreach (var process in others)
            await process.DisposeAsync();
        await simulators.StopAsync();

        async Task<HttpStatusCode> TapAsync()
        {
            using var body = new StringContent("""{"employee_id":"EMP001"}""", Encoding.UTF8, "application/json");
            using var answer = await client.PostAsync("/api/checkin", body);
            return answer.StatusCode;
        }
    }

    public static IModule ModuleOf(string service) => service switch
    {
        "producer" => new ProducerModule(),
        "consumer" => new ConsumerModule(),
        "console" => new ConsoleModule(),
        "simulators" => new SimulatorsModule(),
        _ when service.StartsWith("parking", StringComparison.Ordinal) => new ParkingModule(ParkingDefaults.Alone),
        _ when service.StartsWith("checkin", StringComparison.Ordinal) => new CheckInModule(CheckInDefaults.Alone),
        _ => new CasinoModule(CasinoDefaults.Alone with { Output = false }),
    };

    private static async Task<NatsServer> NatsAsync(DeploySecrets secrets) => await TestNats.PrivateAsync(options: new()
    {
        RequirePassword = false,
        Config = $"authorization {{ {await File.ReadAllTextAsync(secrets["nats_users.conf"])} }}",
    });

    private static async Task<string[]> HereAsync(NatsServer nats) =>
    [
        "--urls=http://127.0.0.1:0", "--logging:level=fatal", "--hosting:drain_delay=0s", $"--nats:url={nats.Url}",
        $"--postgres:url={await TestPostgres.CreateDatabaseAsync()}",
    ];

    private static StringContent Booking() => new(Given.Booking(1), Encoding.UTF8, "application/json");
}
