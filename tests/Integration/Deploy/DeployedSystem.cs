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
using RideIngest.Park;
using RideIngest.Park.Settings;
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
/// Starts processes with the settings of a deployment, over servers of the test's, and sends a record, an event or a command with the key
/// that was made.
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
        await RunAsync("parking", here, apiArgs, otherArgs, async client =>
        {
            await OnlyWithTheKeyAsync(secrets, client, () => PassAsync(client, "entries", "entry_date_time"), status: 202);
            Assert.Equal(202, (await PassAsync(client, "exits", "exit_date_time")).Status);

            await Eventually.True(async () => (await File.ReadAllLinesAsync(secrets["summary.csv"])).Length > 1);
        });
        await summary.StopAsync();

        static Task<Answer> PassAsync(HttpClient client, string events, string time) => PostAsync(
            client, $"/parking/{events}", $$"""{"id":"1","vehicle_plate":"KA01","{{time}}":"2026-11-29T08:00:00Z"}""");
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
        await RunAsync("checkin", here, apiArgs, otherArgs, async client =>
        {
            await OnlyWithTheKeyAsync(secrets, client, () => TapAsync(client), status: 200);
            await Eventually.True(async () => (await TapAsync(client)).Status == 200);

            await Eventually.True(() => legacy.Effects("EMP001").Count > 0 && mail.Received().Count > 0);
        });
        await simulators.StopAsync();

        static Task<Answer> TapAsync(HttpClient client) => PostAsync(client, "/api/checkin", """{"employee_id":"EMP001"}""");
    }

    /// <summary>Lets a customer enter, and board a ride by the clock.</summary>
    /// <param name="apiArgs">Of the process that takes commands.</param>
    /// <param name="timekeeperArgs">Of the one that lets rides leave.</param>
    public static async Task BoardsACustomerAsync(DeploySecrets secrets, string[] apiArgs, string[] timekeeperArgs)
    {
        await using var nats = await NatsAsync(secrets);
        await RunAsync("park", await HereAsync(nats), apiArgs, [timekeeperArgs], async client =>
        {
            var ride = await OnlyWithTheKeyAsync(
                secrets, client, () => PostAsync(client, "/park/rides", """{"name":"Comet","capacity":1,"ride_time":"1h"}"""), status: 201);
            var customer = (await PostAsync(client, "/park/customers", "")).Json["id"];

            var joined = await Answer.OfAsync(await client.PutAsync($"/park/rides/{ride.Json["id"]}/queue/{customer}", null));

            Assert.Equal(200, joined.Status);
            await Eventually.True(async () => (string?)(await GetAsync($"/park/customers/{customer}")).Json["state"] == "aboard");

            async Task<Answer> GetAsync(string path) => await Answer.OfAsync(await client.GetAsync(path));
        });
    }

    public static IModule ModuleOf(string service) => service switch
    {
        "producer" => new ProducerModule(),
        "consumer" => new ConsumerModule(),
        "console" => new ConsoleModule(),
        "simulators" => new SimulatorsModule(),
        _ when service.StartsWith("parking", StringComparison.Ordinal) => new ParkingModule(ParkingDefaults.Alone),
        _ when service.StartsWith("checkin", StringComparison.Ordinal) => new CheckInModule(CheckInDefaults.Alone),
        "park" or "park-api" or "park-timekeeper" => new ParkModule(ParkDefaults.Alone),
        _ => new CasinoModule(CasinoDefaults.Alone with { Output = false }),
    };

    /// <summary>Runs a process that takes requests, and others of its system, while requests are sent.</summary>
    private static async Task RunAsync(
        string system, string[] here, string[] apiArgs, string[][] otherArgs, Func<HttpClient, Task> send)
    {
        await using var api = RideIngestHost.Create(system, [.. apiArgs, .. here], ModuleOf(system));
        var others = otherArgs.Select(args => RideIngestHost.Create(system, [.. args, .. here], ModuleOf(system))).ToList();
        await Task.WhenAll(others.Append(api).Select(process => process.StartAsync()));
        using var client = api.Client();

        await send(client);

        foreach (var process in others.Append(api))
            await process.StopAsync();
        foreach (var process in others)
            await process.DisposeAsync();
    }

    /// <summary>Sends a request without the key, which is refused, and then with it until it succeeds. The client keeps the key.</summary>
    private static async Task<Answer> OnlyWithTheKeyAsync(
        DeploySecrets secrets, HttpClient client, Func<Task<Answer>> send, int status)
    {
        Assert.Equal(401, (await send()).Status);
        client.DefaultRequestHeaders.Add("X-Api-Key", await File.ReadAllTextAsync(secrets["api_key"]));
        var answer = await send();
        await Eventually.True(async () => answer.Status == status || (answer = await send()).Status == status);
        return answer;
    }

    private static async Task<Answer> PostAsync(HttpClient client, string path, string body) =>
        await Answer.OfAsync(await client.PostAsync(path, new StringContent(body, Encoding.UTF8, "application/json")));

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
