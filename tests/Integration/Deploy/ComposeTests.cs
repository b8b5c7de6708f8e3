using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using RideIngest.Casino.Settings;
using RideIngest.CheckIn.Settings;
using RideIngest.Hosting.Config;
using RideIngest.Hosting.Processes;
using RideIngest.Pages.Shell;
using RideIngest.Park.Settings;
using RideIngest.Parking.Settings;
using RideIngest.Simulators.Legacy;
using RideIngest.Simulators.Rates;
using RideIngest.Simulators.Settings;

namespace RideIngest.Integration.Deploy;

/// <summary>docker-compose.yml, as far as it can be proven without Docker.</summary>
public sealed partial class ComposeTests
{
    private const string Prefix = "RIDEINGEST__";
    private const string Secrets = "/run/secrets/";

    private static readonly JsonNode Compose = DeployYaml.Load("docker-compose.yml");

    [Fact]
    public async Task Its_settings_make_a_producer_and_a_consumer_that_take_a_record_with_the_key_made()
    {
        using var secrets = await DeploySecrets.CreateAsync();

        await DeployedSystem.TakesARecordAsync(secrets, Settings("producer", secrets), Settings("consumer", secrets));
    }

    [Fact]
    public async Task Its_settings_make_a_casino_that_takes_an_event_with_the_key_made()
    {
        using var secrets = await DeploySecrets.CreateAsync();

        await DeployedSystem.TakesAnEventAsync(secrets, Settings("casino", secrets));
    }

    [Fact]
    public async Task The_casino_comes_when_it_is_asked_for_makes_no_events_up_and_finds_exchange_rates()
    {
        using var secrets = await DeploySecrets.CreateAsync();
        await using var host = RideIngestHost.Create("casino", Settings("casino", secrets), DeployedSystem.ModuleOf("casino"));
        var casino = host.Settings.Get<CasinoSettings>();
        var optional = Services().Where(service => service.Value!["profiles"].Strings().Contains("casino")).Select(service => service.Key);

        Assert.Equal(["casino", "simulators"], optional);
        Assert.Equal(0, casino.Generator.Rate);
        Assert.Equal(new Uri(Simulators(), RatesSimulator.Path), new Uri(casino.Rates.Url!));
    }

    [Fact]
    public async Task Its_settings_make_parking_processes_that_write_a_visit()
    {
        using var secrets = await DeploySecrets.CreateAsync();
        string[] others = ["visits", "invoices", "entry-gate", "exit-gate"];

        await DeployedSystem.WritesAVisitAsync(
            secrets, Settings("parking-api", secrets), Settings("parking-summary", secrets),
            [.. others.Select(role => Settings($"parking-{role}", secrets))]);
    }

    [Fact]
    public async Task Parking_finds_its_summary_server_and_the_simulated_mail_server()
    {
        using var secrets = await DeploySecrets.CreateAsync();
        await using var host = RideIngestHost.Create(
            "parking", Settings("parking-visits", secrets), DeployedSystem.ModuleOf("parking"));
        var parking = host.Settings.Get<ParkingSettings>();
        await using var other = RideIngestHost.Create("simulators", Settings("simulators", secrets), DeployedSystem.ModuleOf("simulators"));
        var mail = other.Settings.Get<SimulatorsSettings>().Mail;

        Assert.Equal("http://parking-summary:8080", parking.Summary.Url);
        Assert.Equal(("simulators", mail.Port, true), (parking.Mail.Host, parking.Mail.Port, mail.Open));
        Assert.Equal(0, parking.Gates.Rate);
    }

    [Fact]
    public async Task Its_settings_make_check_in_processes_that_deliver_a_check_out()
    {
        using var secrets = await DeploySecrets.CreateAsync();
        string[] others = ["relay", "labor-cost", "email"];

        await DeployedSystem.DeliversACheckOutAsync(
            secrets, Settings("checkin-api", secrets), [.. others.Select(role => Settings($"checkin-{role}", secrets))]);
    }

    [Fact]
    public async Task Check_in_finds_the_simulated_legacy_api_which_honours_keys_and_the_simulated_mail_server()
    {
        using var secrets = await DeploySecrets.CreateAsync();
        await using var host = RideIngestHost.Create(
            "checkin", Settings("checkin-labor-cost", secrets), DeployedSystem.ModuleOf("checkin"));
        var checkIn = host.Settings.Get<CheckInSettings>();
        await using var other = RideIngestHost.Create("simulators", Settings("simulators", secrets), DeployedSystem.ModuleOf("simulators"));
        var mail = other.Settings.Get<SimulatorsSettings>().Mail;

        Assert.Equal(new Uri(Simulators(), LegacySimulator.Path), new Uri(checkIn.Legacy.Url!));
        Assert.True(checkIn.Legacy.Idempotent);
        Assert.Equal(("simulators", mail.Port), (checkIn.Smtp.Host, checkIn.Smtp.Port));
    }

    [Fact]
    public async Task Its_settings_make_park_processes_that_let_a_customer_board()
    {
        using var secrets = await DeploySecrets.CreateAsync();

        await DeployedSystem.BoardsACustomerAsync(secrets, Settings("park-api", secrets), Settings("park-timekeeper", secrets));
    }

    [Theory]
    [InlineData("parking", typeof(ParkingRole))]
    [InlineData("checkin", typeof(CheckInRole))]
    [InlineData("park", typeof(ParkRole))]
    public void There_is_one_container_for_each_role(string system, Type roles)
    {
        var containers = Services().Select(service => service.Key).Where(name => name.StartsWith($"{system}-", StringComparison.Ordinal));

        Assert.Equal(
            Enum.GetNames(roles).Select(role => $"{system}-{JsonNamingPolicy.KebabCaseLower.ConvertName(role)}").Order(),
            containers.Order());
    }

    [Fact]
    public async Task Every_file_that_it_names_exists()
    {
        using var made = await DeploySecrets.CreateAsync();
        var mounted = Services()
            .SelectMany(service => service.Value!["volumes"].Strings())
            .Where(volume => volume.StartsWith("./", StringComparison.Ordinal));
        var built = Services().Select(service => service.Value!["build"]).OfType<JsonObject>().ToList();

        Assert.All(mounted, volume => Assert.True(Path.Exists(DeployYaml.PathOf(volume.Split(':')[0]))));
        Assert.All(built, build => Assert.True(File.Exists(DeployYaml.PathOf((string)build["dockerfile"]!))));
        Assert.All(
            built, build => Assert.True(
                File.Exists(DeployYaml.PathOf($"services/{build["args"]!["SERVICE"]}/{build["args"]!["SERVICE"]}.csproj"))));
        Assert.All(
            Compose["secrets"]!.AsObject(), secret => Assert.True(File.Exists(made[Path.GetFileName((string)secret.Value!["file"]!)])));
    }

    [Fact]
    public void Every_secret_and_volume_that_a_container_uses_is_declared()
    {
        var used = Services()
            .SelectMany(service => service.Value!["secrets"] as JsonArray ?? [])
            .Select(secret => (string)(secret is JsonObject named ? named["source"] : secret)!);
        var volumes = Services()
            .SelectMany(service => service.Value!["volumes"].Strings())
            .Select(volume => volume.Split(':')[0])
            .Where(name => !name.StartsWith('.'));

        Assert.Equal(Compose["secrets"]!.AsObject().Select(secret => secret.Key).Order(), used.Distinct().Order());
        Assert.Equal(Compose["volumes"]!.AsObject().Select(volume => volume.Key).Order(), volumes.Distinct().Order());
    }

    [Fact]
    public void Each_image_is_built_by_one_service() => Assert.Distinct(
        Services().Where(service => service.Value!["build"] is not null).Select(service => (string)service.Value!["image"]!));

    [Fact]
    public void Nothing_is_published_beyond_this_machine() =>
        Assert.All(
            Services().SelectMany(service => service.Value!["ports"].Strings()),
            port => Assert.StartsWith("127.0.0.1:", port, StringComparison.Ordinal));

    [Theory]
    [InlineData("producer")]
    [InlineData("casino")]
    [InlineData("parking-api")]
    [InlineData("checkin-api")]
    [InlineData("park-api")]
    [InlineData("simulators")]
    [InlineData("console")]
    public void A_service_listens_where_its_port_leads(string service) =>
        Assert.EndsWith(
            $":{Compose["services"]![service]!["ports"].Strings().Single().Split(':')[2]}",
            Environment(service)["RIDEINGEST__HOSTING__URLS"], StringComparison.Ordinal);

    [Fact]
    public void No_two_publish_the_same_port() =>
        Assert.Distinct(Services().SelectMany(service => service.Value!["ports"].Strings()).Select(port => port.Split(':')[1]));

    [Theory]
    [InlineData("casino")]
    [InlineData("parking-api")]
    [InlineData("checkin-api")]
    [InlineData("park-api")]
    [InlineData("console")]
    public async Task The_navigation_leads_to_the_ports_that_are_published(string service)
    {
        using var secrets = await DeploySecrets.CreateAsync();
        await using var host = RideIngestHost.Create(service, Settings(service, secrets), DeployedSystem.ModuleOf(service));
        var links = host.Settings.Get<PagesSettings>().Systems.ToDictionary(system => system.Name, system => system.Url);

        Assert.Equal(
            [
                ("Casino", $"http://{Published("casino")}/casino"), ("Check-in", $"http://{Published("checkin-api")}/checkin"),
                ("Overview", $"http://{Published("console")}/"), ("Park", $"http://{Published("park-api")}/park"),
                ("Parking", $"http://{Published("parking-api")}/parking"),
            ],
            links.Select(link => (link.Key, link.Value)).Order());

        static string Published(string service) =>
            string.Join(':', Compose["services"]![service]!["ports"].Strings().Single().Split(':')[..2]);
    }

    [Theory]
    [InlineData("producer")]
    [InlineData("consumer")]
    [InlineData("casino")]
    [InlineData("parking-visits")]
    [InlineData("checkin-labor-cost")]
    [InlineData("park-timekeeper")]
    [InlineData("console")]
    [InlineData("simulators")]
    public async Task A_container_is_given_longer_to_stop_than_it_takes_to_drain(string service)
    {
        using var secrets = await DeploySecrets.CreateAsync();
        await using var host = RideIngestHost.Create(service, Settings(service, secrets), DeployedSystem.ModuleOf(service));
        var hosting = host.Settings.Get<HostingSettings>();

        Assert.True(Duration.TryParse((string)Compose["services"]![service]!["stop_grace_period"]!, out var grace));
        Assert.True(grace > hosting.Drain + hosting.DrainDelay);
    }

    private static Uri Simulators() => new(
        Environment("simulators")["RIDEINGEST__HOSTING__URLS"].Replace("*", "simulators", StringComparison.Ordinal));

    private static JsonObject Services() => Compose["services"]!.AsObject();

    private static Dictionary<string, string> Environment(string service) =>
        Compose["services"]![service]!["environment"]!
            .AsObject()
            .ToDictionary(variable => variable.Key, variable => (string)variable.Value!);

    /// <summary>The environment as switches: among these a key that does not exist is always an error.</summary>
    private static string[] Settings(string service, DeploySecrets secrets) =>
    [
        .. Environment(service).Select(variable =>
        {
            Assert.StartsWith(Prefix, variable.Key, StringComparison.Ordinal);
            var value = Default().Replace(variable.Value, "$1");
            if (value.StartsWith(Secrets, StringComparison.Ordinal))
                value = secrets[value[Secrets.Length..]];
            return $"--{variable.Key[Prefix.Length..].Replace("__", ":", StringComparison.Ordinal).ToLowerInvariant()}={value}";
        }),
    ];

    /// <summary>A variable of the operator's shell, with its default.</summary>
    [GeneratedRegex(@"\$\{\w+:-(.*?)\}")]
    private static partial Regex Default();
}
