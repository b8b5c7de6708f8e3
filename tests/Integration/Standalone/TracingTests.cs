using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using RideIngest.Integration.Platform;
using RideIngest.TestKit;

namespace RideIngest.Integration.Standalone;

public sealed class TracingTests : IDisposable
{
    private readonly TestDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_collector_that_the_environment_names_gets_spans_and_metrics_before_the_process_ends()
    {
        var received = new Dictionary<string, string> { ["traces"] = "", ["metrics"] = "" };
        await using var collector = await new TestModule(endpoints: routes => routes.MapPost("/v1/{signal}", async (string signal, HttpRequest request) =>
        {
            using var body = new MemoryStream();
            await request.Body.CopyToAsync(body);
            lock (received) received[signal] += Encoding.Latin1.GetString(body.ToArray());
        })).StartAsync();
        var nats = await TestNats.SharedAsync();
        await using var standalone = StandaloneProcess.Start(
            _folder.Path,
            new Dictionary<string, string> { ["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.Urls[0], ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf" },
            "--urls", "http://127.0.0.1:0", $"--nats:url={nats.Url}", $"--postgres:url={await TestPostgres.CreateDatabaseAsync()}");
        using var client = new HttpClient { BaseAddress = await standalone.UrlAsync() };
        await client.GetAsync("/readyz");

        standalone.Terminate();
        Assert.Equal(0, (await standalone.ExitAsync()).Code);
        await collector.StopAsync();

        Assert.Contains("GET /readyz", received["traces"], StringComparison.Ordinal);
        Assert.Contains("http.request.method", received["traces"], StringComparison.Ordinal);
        Assert.Contains("service.instance.id", received["traces"], StringComparison.Ordinal);
        Assert.Contains("http.server.request.duration", received["metrics"], StringComparison.Ordinal);
    }
}
