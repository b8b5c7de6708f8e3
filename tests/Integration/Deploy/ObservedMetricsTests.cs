using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using RideIngest.Casino.Telemetry;
using RideIngest.CheckIn.Telemetry;
using RideIngest.Consumer.Telemetry;
using RideIngest.Hosting.Telemetry;
using RideIngest.Integration.Systems;
using RideIngest.Park.Telemetry;
using RideIngest.Parking.Telemetry;
using RideIngest.Producer.Answers;
using RideIngest.Producer.Sending;
using RideIngest.Producer.Telemetry;
using RideIngest.Storage.DeadLetters;
using RideIngest.Storage.Failures;
using RideIngest.Storage.Outbox;
using RideIngest.Storage.Postgres;
using RideIngest.Streams.Intake;
using RideIngest.Streams.Nats;
using RideIngest.Streams.Setup;
using RideIngest.Streams.Stages;
using RideIngest.TestKit.Servers;

namespace RideIngest.Integration.Deploy;

/// <summary>What alerts, dashboard, autoscaling and the operators' page ask for is what /metrics says.</summary>
public sealed partial class ObservedMetricsTests
{
    [Theory]
    [InlineData("deploy/prometheus/alerts.yml")]
    [InlineData("deploy/grafana/dashboards/rideingest.json")]
    [InlineData("deploy/kubernetes/consumer-scaling.yaml")]
    [InlineData("docs/operations.md")]
    [InlineData("docs/metrics.md")]
    public async Task Every_metric_that_is_asked_for_exists(string file)
    {
        var known = Instruments().Concat(await ScrapedAsync()).ToHashSet(StringComparer.Ordinal);

        var asked = Metric()
            .Matches(await File.ReadAllTextAsync(DeployYaml.PathOf(file)))
            .Select(metric => metric.Value)
            .ToHashSet(StringComparer.Ordinal);

        Assert.NotEmpty(asked);
        Assert.DoesNotContain(asked, name => !known.Contains(name) && !known.Contains(Suffix().Replace(name, "")));
    }

    [Fact]
    public async Task Every_problem_that_an_alert_asks_for_is_one_that_senders_hear()
    {
        var heard = Enum.GetValues<RefusalReason>().Select(reason => Refusals.Of(new Refusal(reason, TimeSpan.Zero)).Type);

        var asked = Problem()
            .Matches(await File.ReadAllTextAsync(DeployYaml.PathOf("deploy/prometheus/alerts.yml")))
            .SelectMany(match => match.Groups[1].Value.Split('|'));

        Assert.Equal(heard.Order(), asked.Distinct().Order());
    }

    [Fact]
    public void Every_panel_asks_the_data_source_that_is_provisioned()
    {
        var dashboard = JsonNode.Parse(File.ReadAllText(DeployYaml.PathOf("deploy/grafana/dashboards/rideingest.json")))!;
        var provisioned = (string)DeployYaml.Load("deploy/grafana/provisioning/datasources/prometheus.yml")["datasources"]![0]!["uid"]!;
        var panels = dashboard["panels"]!.AsArray();

        Assert.All(
            panels, panel => Assert.All(
                panel!["targets"]!.AsArray(), target => Assert.Equal(provisioned, (string)target!["datasource"]!["uid"]!)));
        Assert.Equal(panels.Count, panels.Select(panel => (int)panel!["id"]!).Distinct().Count());
    }

    /// <summary>Our own, under the names that they get: a counter is not to be seen before it has counted.</summary>
    private static List<string> Instruments()
    {
        RuntimeHelpers.RunClassConstructor(typeof(ProducerTelemetry).TypeHandle);
        RuntimeHelpers.RunClassConstructor(typeof(ConsumerTelemetry).TypeHandle);
        RuntimeHelpers.RunClassConstructor(typeof(CasinoTelemetry).TypeHandle);
        RuntimeHelpers.RunClassConstructor(typeof(ParkingTelemetry).TypeHandle);
        RuntimeHelpers.RunClassConstructor(typeof(CheckInTelemetry).TypeHandle);
        RuntimeHelpers.RunClassConstructor(typeof(ParkTelemetry).TypeHandle);
        RuntimeHelpers.RunClassConstructor(typeof(StageTelemetry).TypeHandle);
        RuntimeHelpers.RunClassConstructor(typeof(IntakeTelemetry).TypeHandle);
        RuntimeHelpers.RunClassConstructor(typeof(OutboxTelemetry).TypeHandle);
        RuntimeHelpers.RunClassConstructor(typeof(DeadLetterTelemetry).TypeHandle);
        RuntimeHelpers.RunClassConstructor(typeof(FailureTelemetry).TypeHandle);
        RuntimeHelpers.RunClassConstructor(typeof(NatsTelemetry).TypeHandle);
        RuntimeHelpers.RunClassConstructor(typeof(StreamIdentity).TypeHandle);
        var names = new List<string>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, _) =>
            {
                if (instrument.Meter.Name == RideIngestTelemetry.Name
                    && instrument.Name.StartsWith("rideingest.", StringComparison.Ordinal))
                {
                    var unit = instrument.Unit switch { "s" => "_seconds", "By" => "_bytes", _ => "" };
                    names.Add(instrument.Name.Replace('.', '_') + unit + (instrument is Counter<long> ? "_total" : ""));
                }
            },
        };
        listener.Start();
        return names;
    }

    private static async Task<IEnumerable<string>> ScrapedAsync()
    {
        await using var host = await new TestModule(services => services.AddPostgres()).StartAsync(
            $"--postgres:url={await TestPostgres.CreateDatabaseAsync()}");
        using var client = host.Client();
        await client.GetAsync("/healthz");
        var lines = (await client.GetStringAsync("/metrics")).Split('\n');
        await host.StopAsync();
        return [.. lines.Where(line => line.StartsWith("# TYPE ", StringComparison.Ordinal)).Select(line => line.Split(' ')[2])];
    }

    [GeneratedRegex(@"\b(?:rideingest|http_server|dotnet|db_client|kestrel)_[a-z0-9_]+\b")]
    private static partial Regex Metric();

    [GeneratedRegex("_(bucket|sum|count)$")]
    private static partial Regex Suffix();

    [GeneratedRegex("problem=~?\"([^\"]+)\"")]
    private static partial Regex Problem();
}
