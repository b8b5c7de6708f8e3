using System.Diagnostics;
using System.Text.Json.Nodes;
using RideIngest.Integration.Systems;
using RideIngest.LocalServers.Processes;
using RideIngest.TestKit.Servers;
using RideIngest.TestKit.Waiting;

namespace RideIngest.Integration.Hosting;

public sealed class PrometheusScrapeTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("prometheus-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_real_Prometheus_scrapes_a_process()
    {
        await using var host = await new TestModule().StartAsync();
        var config = Path.Combine(_folder.FullName, "prometheus.yml");
        await File.WriteAllTextAsync(config,
            $$"""
            global: { scrape_interval: 200ms, scrape_timeout: 200ms }
            scrape_configs:
              - job_name: rideingest
                static_configs: [{ targets: ["{{new Uri(host.Urls[0]).Authority}}"] }]
            """);
        var address = $"127.0.0.1:{FreePort.Pick()}";
        string[] arguments =
        [
            $"--config.file={config}", $"--storage.tsdb.path={Path.Combine(_folder.FullName, "data")}", $"--web.listen-address={address}",
            "--log.level=error",
        ];
        using var prometheus = Process.Start(new ProcessStartInfo(await DebianPrometheus.BinaryAsync("prometheus"), arguments))!;
        try
        {
            using var client = new HttpClient { BaseAddress = new Uri($"http://{address}") };

            await Eventually.True(async () => await ValueAsync(client, "up") == "1");
            await Eventually.True(async () => await ValueAsync(client, "rideingest_build_info") == "1");
            await Eventually.True(
                async () => await ValueAsync(client, "histogram_quantile(0.99,http_server_request_duration_seconds_bucket)") is not null);
        }
        finally
        {
            prometheus.Kill();
            await prometheus.WaitForExitAsync();
            await host.StopAsync();
        }
    }

    private static async Task<string?> ValueAsync(HttpClient client, string query)
    {
        try
        {
            var answer = JsonNode.Parse(await client.GetStringAsync($"/api/v1/query?query={Uri.EscapeDataString(query)}"))!;
            return (string?)answer["data"]!["result"]!.AsArray().FirstOrDefault()?["value"]![1];
        }
        catch (HttpRequestException)
        {
            // Still starting.
            return null;
        }
    }
}
