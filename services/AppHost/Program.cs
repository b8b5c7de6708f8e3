using RideIngest.AppHost;
using RideIngest.LocalServers.Processes;

// The dashboard uses named cultures, which .NET rejects on a machine without ICU.
Environment.SetEnvironmentVariable("DOTNET_SYSTEM_GLOBALIZATION_PREDEFINED_CULTURES_ONLY", "false");

// Defaults, which the command line can override.
string[] defaults =
[
    "--data=.data/apphost",
    "--ASPNETCORE_URLS=http://127.0.0.1:18888",
    "--ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL=http://127.0.0.1:18889",
    "--ASPIRE_ALLOW_UNSECURED_TRANSPORT=true",
    "--ASPIRE_VERSION_CHECK_DISABLED=true",

    // In this environment, services export telemetry every second.
    "--environment=Development",

    // Services stop before their servers.
    "--DcpPublisher:WaitForResourceCleanup=true",

    "--Logging:LogLevel:Aspire.Hosting.Dcp=Warning",
    "--Logging:LogLevel:Microsoft.AspNetCore=Warning",
];
var builder = DistributedApplication.CreateBuilder(new DistributedApplicationOptions { Args = [.. defaults, .. args] });

// The dashboard needs no token; telemetry needs the key that Aspire generates for the services.
builder.Configuration["AppHost:BrowserToken"] = "";
var data = Path.GetFullPath(builder.Configuration["data"]!);
int[] producers = [18081, 18082];
const string smtp = "18025";

try
{
    // Before slow startup work begins.
    var dashboard = builder.Configuration["ASPNETCORE_URLS"];
    Ports.EnsureFree(dashboard, builder.Configuration["ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL"]);
    Ports.EnsureFree([.. producers.Select(port => $"http://127.0.0.1:{port}"), $"http://127.0.0.1:{smtp}"]);
    await using var nats = await NatsResource.StartAsync(data, Console.WriteLine);
    await using var postgres = await PostgresResource.StartAsync(data, Console.WriteLine);
    builder.AddServer(nats);
    builder.AddServer(postgres);

    builder.AddService<Projects.Producer>("producer-1", port: producers[0], over: [nats, postgres]);
    builder.AddService<Projects.Producer>("producer-2", port: producers[1], over: [nats, postgres]);
    builder.AddService<Projects.Consumer>("consumer-1", over: [nats, postgres]);
    builder.AddService<Projects.Consumer>("consumer-2", over: [nats, postgres]);

    var console = builder.AddService<Projects.Console>("console", over: [nats, postgres]);
    if (dashboard is { Length: > 0 })
        console.WithEnvironment("RIDEINGEST__TELEMETRY__TRACE_URL", dashboard.Split(';')[0] + "/traces/detail/{trace_id}");
    var simulators = builder.AddService<Projects.Simulators>("simulators").WithEnvironment("RIDEINGEST__SIMULATORS__MAIL__PORT", smtp);

    var summary = AddParking("parking-summary", "summary")
        .WithEnvironment("RIDEINGEST__PARKING__SUMMARY__FILE", Path.Combine(data, "summary.csv"));
    var parking = AddParking("parking", "api,visits,invoices")
        .WithEnvironment("RIDEINGEST__PARKING__SUMMARY__URL", summary.GetEndpoint("http"))
        .WithEnvironment("RIDEINGEST__PARKING__MAIL__HOST", "127.0.0.1")
        .WithEnvironment("RIDEINGEST__PARKING__MAIL__PORT", smtp)
        .WithEnvironment("RIDEINGEST__PARKING__MAIL__FROM", "parking@example.com");
    AddParking("parking-gates", "entry_gate,exit_gate").WithEnvironment("RIDEINGEST__PARKING__GATES__RATE", "2");

    var checkIn = AddCheckIn("checkin", "api,relay");
    AddCheckIn("checkin-workers", "labor-cost,email")
        .WithEnvironment("RIDEINGEST__CHECKIN__LEGACY__URL", $"{simulators.GetEndpoint("http")}/simulators/legacy")
        .WithEnvironment("RIDEINGEST__CHECKIN__LEGACY__IDEMPOTENT", "true")
        .WithEnvironment("RIDEINGEST__CHECKIN__SMTP__HOST", "127.0.0.1")
        .WithEnvironment("RIDEINGEST__CHECKIN__SMTP__PORT", smtp)
        .WithEnvironment("RIDEINGEST__CHECKIN__SMTP__FROM", "checkin@example.com");

    var park = AddPark("park", "api");
    AddPark("park-timekeeper", "timekeeper");

    foreach (var role in (string[])["generator", "currency", "player", "description", "aggregates"])
    {
        var casino = builder.AddService<Projects.Casino>($"casino-{role}", over: [nats, postgres])
            .WithEnvironment("RIDEINGEST__CASINO__ROLES", role)
            .WithEnvironment("RIDEINGEST__CASINO__GENERATOR__RATE", "2")
            .WithEnvironment("RIDEINGEST__CASINO__RATES__URL", $"{simulators.GetEndpoint("http")}/simulators/rates");
        if (role != "aggregates")
            continue;
        (string Name, IResourceBuilder<ProjectResource> Service, string Path)[] pages =
        [
            ("Overview", console, "/"), ("Casino", casino, "/casino"), ("Parking", parking, "/parking"),
            ("Check-in", checkIn, "/checkin"), ("Park", park, "/park"),
        ];
        foreach (var (name, service, _) in pages)
            service.LinksTo([.. pages.Where(other => other.Name != name)]);
    }

    await using var app = builder.Build();
    Console.WriteLine("The dashboard needs no token: every user of this machine can open it.");
    await app.RunAsync();
    return 0;

    IResourceBuilder<ProjectResource> AddParking(string name, string roles) =>
        builder.AddService<Projects.Parking>(name, over: [nats, postgres]).WithEnvironment("RIDEINGEST__PARKING__ROLES", roles);

    IResourceBuilder<ProjectResource> AddCheckIn(string name, string roles) =>
        builder.AddService<Projects.CheckIn>(name, over: [nats, postgres]).WithEnvironment("RIDEINGEST__CHECKIN__ROLES", roles);

    IResourceBuilder<ProjectResource> AddPark(string name, string roles) =>
        builder.AddService<Projects.Park>(name, over: [nats, postgres]).WithEnvironment("RIDEINGEST__PARK__ROLES", roles);
}
catch (LocalServerException e)
{
    await Console.Error.WriteLineAsync(e.Message);
    return 1;
}
