using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using RideIngest.Integration.Hosting;
using RideIngest.Integration.Systems;
using RideIngest.TestKit.Servers;

namespace RideIngest.Integration.Deploy;

/// <summary>The configuration of the servers, checked by those servers.</summary>
public sealed class ServerConfigTests
{
    private static readonly Version KnowsSyncInterval = new(2, 10);

    [ServerProcessTheory]
    [InlineData("nats-server.conf")]
    [InlineData("nats-cluster.conf")]
    public async Task NATS_reads_its_configuration_with_the_password_made(string file)
    {
        using var secrets = await DeploySecrets.CreateAsync();
        File.Copy(DeployYaml.PathOf($"deploy/nats/{file}"), secrets[file]);
        File.Copy(secrets["nats_users.conf"], secrets["users.conf"]);
        var versions = NatsVersions.All
            .Select(row => (string)row[0])
            .Where(version => Version.Parse(version) >= KnowsSyncInterval)
            .ToList();

        Assert.NotEmpty(versions);
        foreach (var version in versions)
            Assert.Equal((0, ""), Failure(await RunAsync(NatsVersions.Binary(version)!, "-t", "-c", secrets[file])));
    }

    [Theory]
    [InlineData("check", "config", "prometheus.yml")]
    [InlineData("test", "rules", "alerts-test.yml")]
    public async Task Promtool_accepts_the_configuration_and_the_tests_of_its_alerts_pass(string verb, string what, string file) =>
        Assert.Equal("", await DebianPrometheus.PromtoolAsync(verb, what, DeployYaml.PathOf($"deploy/prometheus/{file}")));

    [Fact]
    public async Task Amtool_accepts_the_configuration_of_Alertmanager() => Assert.Equal(
        (0, ""), Failure(
            await RunAsync(
                await DebianPrometheus.BinaryAsync("amtool", "prometheus-alertmanager"),
                "check-config", DeployYaml.PathOf("deploy/prometheus/alertmanager.yml"))));

    [Fact]
    public void Every_alert_has_a_runbook()
    {
        var headings = File.ReadLines(DeployYaml.PathOf("docs/operations.md")).Where(line => line.StartsWith("### ", StringComparison.Ordinal));
        var runbooks = headings.Select(heading => $"docs/operations.md#{heading[4..].ToLowerInvariant()}").ToHashSet(StringComparer.Ordinal);

        Assert.All(Alerts(), alert => Assert.Contains((string)alert["annotations"]!["runbook_url"]!, runbooks));
        Assert.All(Alerts(), alert => Assert.EndsWith(
            "#" + ((string)alert["alert"]!).ToLowerInvariant(), (string)alert["annotations"]!["runbook_url"]!, StringComparison.Ordinal));
    }

    [Fact]
    public void An_inhibition_names_alerts_that_exist()
    {
        var rules = DeployYaml.Load("deploy/prometheus/alertmanager.yml")["inhibit_rules"]!.AsArray();
        var named = rules
            .SelectMany(rule => rule!["source_matchers"].Strings().Concat(rule["target_matchers"].Strings()))
            .Where(matcher => matcher.StartsWith("alertname", StringComparison.Ordinal))
            .SelectMany(matcher => matcher.Split('=')[1].Trim(' ', '~', '"').Split('|'))
            .ToList();

        Assert.NotEmpty(named);
        Assert.Empty(named.Except(Alerts().Select(alert => (string)alert["alert"]!)));
    }

    /// <summary>Processes that start within the window, stop in it, or count before they are first scraped.</summary>
    [Theory]
    [InlineData("Stored directly, 1 h", "rideingest_producer_stored_directly_total")]
    [InlineData("Dead letters, 24 h", "rideingest_consumer_dead_letters_total")]
    public async Task A_panel_shows_what_was_counted_whenever_its_series_began(string title, string counter)
    {
        using var directory = new TestDirectory();
        var test = new
        {
            evaluation_interval = "15s",
            tests = new[]
            {
                new
                {
                    interval = "15s",
                    input_series = new[]
                    {
                        new { series = $"{counter}{{instance=\"from zero\"}}", values = "0x9 0+100x40 4000x50" },
                        new { series = $"{counter}{{instance=\"late\"}}", values = "_x20 7x80" },
                        new { series = $"{counter}{{instance=\"stopped\"}}", values = "0x9 10x9 stale" },
                    },
                    promql_expr_test = new[]
                    {
                        new { expr = Expression(title), eval_time = "25m", exp_samples = new[] { new { labels = "{}", value = 4017 } } },
                    },
                },
            },
        };
        await File.WriteAllTextAsync(directory.In("test.yml"), JsonSerializer.Serialize(test));

        Assert.Equal("", await DebianPrometheus.PromtoolAsync("test", "rules", directory.In("test.yml")));
    }

    [Fact]
    public async Task Prometheus_understands_what_the_dashboard_and_the_autoscaler_ask()
    {
        using var directory = new TestDirectory();
        var panels = JsonNode.Parse(
            await File.ReadAllTextAsync(DeployYaml.PathOf("deploy/grafana/dashboards/rideingest.json")))!["panels"]!.AsArray();
        var scaling = DeployYaml.Load("deploy/kubernetes/consumer-scaling.yaml")["spec"]!["triggers"]!.AsArray();
        var asked = panels
            .SelectMany(panel => panel!["targets"]!.AsArray())
            .Select(target => target!["expr"]!)
            .Concat(scaling.Select(trigger => trigger!["metadata"]!["query"]!));
        var rules = asked.Select((query, i) => new { record = $"asked:{i}", expr = (string)query! });
        await File.WriteAllTextAsync(
            directory.In("asked.yml"), JsonSerializer.Serialize(new { groups = new[] { new { name = "asked", rules } } }));

        Assert.Equal("", await DebianPrometheus.PromtoolAsync("check", "rules", directory.In("asked.yml")));
    }

    [Fact]
    public async Task What_was_made_once_is_kept()
    {
        using var secrets = await DeploySecrets.CreateAsync();
        var before = await File.ReadAllTextAsync(secrets["nats_users.conf"]);

        await secrets.RunAsync();

        Assert.Equal(before, await File.ReadAllTextAsync(secrets["nats_users.conf"]));
    }

    private static string Expression(string title)
    {
        var dashboard = JsonNode.Parse(File.ReadAllText(DeployYaml.PathOf("deploy/grafana/dashboards/rideingest.json")))!;
        var panel = dashboard["panels"]!.AsArray().Single(panel => (string)panel!["title"]! == title);
        return (string)panel!["targets"]![0]!["expr"]!;
    }

    private static IEnumerable<JsonNode> Alerts() => DeployYaml.Load("deploy/prometheus/alerts.yml")["groups"]!.AsArray()
        .SelectMany(group => group!["rules"]!.AsArray())
        .Select(rule => rule!);

    private static (int Code, string Said) Failure((int Code, string Said) result) => result.Code == 0 ? (0, "") : result;

    private static async Task<(int Code, string Said)> RunAsync(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true };
        start.Environment["POD_NAME"] = "nats-0";
        using var process = Process.Start(start)!;
        var said = await Task.WhenAll(process.StandardError.ReadToEndAsync(), process.StandardOutput.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode, string.Concat(said));
    }
}
