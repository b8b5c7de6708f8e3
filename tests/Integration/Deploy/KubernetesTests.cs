using System.Text.Json.Nodes;
using RideIngest.Casino.Settings;
using RideIngest.CheckIn.Settings;
using RideIngest.Hosting.Config;
using RideIngest.Hosting.Processes;
using RideIngest.Parking.Settings;
using RideIngest.Streams.Rides;

namespace RideIngest.Integration.Deploy;

/// <summary>deploy/kubernetes, as far as it can be proven without a cluster.</summary>
public sealed class KubernetesTests
{
    private const string Folder = "deploy/kubernetes";
    private const string Secrets = "/run/secrets/rideingest";

    private static readonly JsonNode Kustomization = DeployYaml.Load($"{Folder}/kustomization.yaml");

    [Fact]
    public async Task Its_configuration_makes_a_producer_and_a_consumer_that_take_a_record_with_the_key_made()
    {
        using var secrets = await DeploySecrets.CreateAsync();
        var config = Config(secrets);

        await DeployedSystem.TakesARecordAsync(secrets, ["--config-path", config], ["--config-path", config]);
    }

    [Theory]
    [InlineData("casino")]
    [InlineData("parking")]
    [InlineData("checkin")]
    [InlineData("park")]
    public async Task An_optional_system_is_a_line_to_uncomment(string system) => Assert.Contains(
        $"\n  # - {system}.yaml\n", await File.ReadAllTextAsync(DeployYaml.PathOf($"{Folder}/kustomization.yaml")),
        StringComparison.Ordinal);

    [Fact]
    public async Task The_casino_takes_an_event_once_it_knows_of_exchange_rates()
    {
        using var secrets = await DeploySecrets.CreateAsync();
        var config = Config(secrets);

        await DeployedSystem.TakesAnEventAsync(
            secrets, [.. Args("casino", config), "--casino:rates:url=https://rates.example.com"], Args("casino-figures", config));
    }

    [Fact]
    public async Task Parking_writes_a_visit_once_it_knows_of_a_mail_server()
    {
        using var secrets = await DeploySecrets.CreateAsync();
        var config = Config(secrets);

        await DeployedSystem.WritesAVisitAsync(
            secrets, [.. Args("parking", config), "--parking:mail:host=smtp.example.com"], Args("parking-summary", config));
    }

    [Fact]
    public async Task Check_in_delivers_a_check_out_once_it_knows_of_an_api_and_a_mail_server()
    {
        using var secrets = await DeploySecrets.CreateAsync();
        var config = Config(secrets);

        await DeployedSystem.DeliversACheckOutAsync(
            secrets, Args("checkin", config), Args("checkin-relay", config), Args("checkin-labor-cost", config),
            Args("checkin-email", config));
    }

    [Fact]
    public async Task The_park_lets_a_customer_board()
    {
        using var secrets = await DeploySecrets.CreateAsync();
        var config = Config(secrets);

        await DeployedSystem.BoardsACustomerAsync(secrets, Args("park", config), Args("park-timekeeper", config));
    }

    [Fact]
    public void Every_image_that_runs_has_its_tag() =>
        Assert.Equal(
            Deployments().Select(
                deployment => (string)deployment["spec"]!["template"]!["spec"]!["containers"]![0]!["image"]!).Distinct().Order(),
            Kustomization["images"]!.AsArray().Select(image => (string)image!["name"]!).Order());

    [Fact]
    public void Every_file_is_yaml_and_belongs_to_the_kustomization_or_is_optional()
    {
        var listed = Kustomization["resources"].Strings().Concat(Kustomization["configMapGenerator"]![0]!["files"].Strings());
        var there = Directory.GetFiles(DeployYaml.PathOf(Folder), "*.yaml").Select(file => Path.GetFileName(file)!).ToList();

        Assert.All(there, file => Assert.NotEmpty(DeployYaml.LoadAll($"{Folder}/{file}")));
        Assert.Equal(
            there
                .Except(["kustomization.yaml", "consumer-scaling.yaml", "casino.yaml", "parking.yaml", "checkin.yaml", "park.yaml"])
                .Append("../nats").Order(),
            listed.Order());
        Assert.All(
            DeployYaml.Load("deploy/nats/kustomization.yaml")["configMapGenerator"]![0]!["files"].Strings(),
            file => Assert.True(File.Exists(DeployYaml.PathOf($"deploy/nats/{file}"))));
    }

    [Theory]
    [InlineData("producer")]
    [InlineData("consumer")]
    [InlineData("console")]
    [InlineData("casino")]
    [InlineData("casino-figures")]
    [InlineData("parking")]
    [InlineData("parking-summary")]
    [InlineData("checkin")]
    [InlineData("checkin-relay")]
    [InlineData("checkin-labor-cost")]
    [InlineData("checkin-email")]
    [InlineData("park")]
    [InlineData("park-timekeeper")]
    public async Task A_pod_has_the_secrets_that_its_configuration_reads_the_port_it_listens_on_and_the_time_it_needs_to_drain(string name)
    {
        using var secrets = await DeploySecrets.CreateAsync();
        await using var host = RideIngestHost.Create(name, ["--config-path", Config(secrets)], DeployedSystem.ModuleOf(name));
        var hosting = host.Settings.Get<HostingSettings>();
        var pod = Pod(name);
        var container = pod["containers"]![0]!;
        var mounted = pod["volumes"]!.AsArray().Single(volume => (string?)volume!["name"] == "secrets")!["secret"]!["items"]!
            .AsArray()
            .Select(item => $"{Secrets}/{item!["path"]}");
        var read = Read(DeployYaml.Load($"{Folder}/config.yaml")).Where(file => Path.GetFileName(file) switch
        {
            "api_key_sha256" => name != "consumer",
            "api_key" => name.StartsWith("parking", StringComparison.Ordinal),
            _ => true,
        });

        Assert.Equal(read.Order(), mounted.Order());
        Assert.Equal(
            new Uri(
                hosting.Urls.Replace("*", "any", StringComparison.Ordinal)).Port.ToString(
                    System.Globalization.CultureInfo.InvariantCulture), (string)container["ports"]![0]!["containerPort"]!);
        Assert.True(
            int.Parse(
                (string)pod["terminationGracePeriodSeconds"]!,
                System.Globalization.CultureInfo.InvariantCulture) > (hosting.Drain + hosting.DrainDelay).TotalSeconds);
        Assert.All(
            container.AsObject().Where(part => part.Key.EndsWith("Probe", StringComparison.Ordinal)),
            probe => Assert.Contains((string)probe.Value!["httpGet"]!["path"]!, (string[])["/healthz", "/readyz"]));
    }

    [Fact]
    public async Task The_streams_and_their_url_agree_with_the_nats_that_is_set_up()
    {
        using var secrets = await DeploySecrets.CreateAsync();
        await using var host = RideIngestHost.Create(
            "consumer", ["--config-path", Config(secrets)], DeployedSystem.ModuleOf("consumer"), DeployedSystem.ModuleOf("casino"),
            DeployedSystem.ModuleOf("parking"), DeployedSystem.ModuleOf("checkin"));
        var spine = host.Settings.Get<SpineSettings>();
        var casino = host.Settings.Get<CasinoSettings>();
        var parking = host.Settings.Get<ParkingSettings>();
        var checkIn = host.Settings.Get<CheckInSettings>();
        var set = DeployYaml.LoadAll($"{Folder}/nats.yaml").Single(document => (string?)document["kind"] == "StatefulSet");
        var servers = Enumerable
            .Range(0, int.Parse((string)set["spec"]!["replicas"]!, System.Globalization.CultureInfo.InvariantCulture))
            .Select(i => $"nats-{i}.{set["spec"]!["serviceName"]}")
            .ToList();
        var config = await File.ReadAllTextAsync(DeployYaml.PathOf("deploy/nats/nats-cluster.conf"));

        Assert.Equal(
            (servers.Count, servers.Count, servers.Count, servers.Count),
            (spine.Replicas, casino.Replicas, parking.Replicas, checkIn.Replicas));
        Assert.Equal(
            string.Join(",", servers.Select(server => $"nats://{server}:4222")),
            (string)DeployYaml.Load($"{Folder}/config.yaml")["nats"]!["url"]!);
        Assert.Contains(
            $"routes: [{string.Join(", ", servers.Select(server => $"nats://{server}:6222"))}]", config, StringComparison.Ordinal);

        // Check-in has two streams.
        Assert.True(spine.StreamBytes + casino.StreamBytes + parking.StreamBytes + (2 * checkIn.StreamBytes) < 16L << 30
            && config.Contains("max_file_store: 16GB", StringComparison.Ordinal));
    }

    private static string[] Args(string name, string config) =>
        [.. Pod(name)["containers"]![0]!["args"].Strings().Select(arg => arg == "/etc/rideingest/config.yaml" ? config : arg)];

    private static JsonNode Pod(string name) =>
        Deployments().Single(deployment => (string?)deployment["metadata"]!["name"] == name)["spec"]!["template"]!["spec"]!;

    private static IEnumerable<JsonNode> Deployments() =>
        Directory
            .GetFiles(DeployYaml.PathOf(Folder), "*.yaml")
            .SelectMany(file => DeployYaml.LoadAll($"{Folder}/{Path.GetFileName(file)}"))
            .Where(document => (string?)document["kind"] == "Deployment");

    private static IEnumerable<string> Read(JsonNode? node) => node switch
    {
        JsonObject map => map.SelectMany(entry => Read(entry.Value)),
        JsonArray list => list.SelectMany(Read),
        JsonValue value when value.GetValue<string>().StartsWith(Secrets, StringComparison.Ordinal) => [value.GetValue<string>()],
        _ => [],
    };

    private static string Config(DeploySecrets secrets)
    {
        var text = File
            .ReadAllText(DeployYaml.PathOf($"{Folder}/config.yaml"))
            .Replace($"{Secrets}/", secrets["."][..^1], StringComparison.Ordinal);
        File.WriteAllText(secrets["config.yaml"], text);
        return secrets["config.yaml"];
    }
}
