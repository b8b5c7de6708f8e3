using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using RideIngest.Hosting.Access;
using RideIngest.Integration.Systems;
using RideIngest.TestKit.Network;
using RideIngest.TestKit.Waiting;

namespace RideIngest.Integration.Hosting;

/// <summary>What a process logs about its OpenTelemetry collector.</summary>
public sealed class CollectorLogTests
{
    private const string Fails = "Nothing can be exported to the OpenTelemetry collector at ";
    private const string Works = "takes exports again";

    [Theory]
    [InlineData("http/protobuf")]
    [InlineData("grpc")]
    public async Task A_lost_collector_is_named_in_the_log_without_its_secrets(string protocol)
    {
        var environment = Environment("http://user:secret@127.0.0.1:1");
        environment["OTEL_EXPORTER_OTLP_PROTOCOL"] = protocol;
        await using var process = Start(environment);

        await process.SaysAsync(line => line.Contains(Fails, StringComparison.Ordinal));

        Assert.Contains($"{Fails}http://127.0.0.1:1: Connection refused", process.Said, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", process.Said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_collector_that_dies_and_comes_back_is_logged_once_each()
    {
        var first = await OtlpCollector.StartAsync();
        await using var network = new TcpProxy(TcpProxy.Host, first.Port);
        await using var process = Start(Environment($"http://{TcpProxy.Host}:{network.Port}"));
        await Eventually.True(() => first.Metrics.Count > 0 && first.Logs.Count > 0);

        await first.DisposeAsync();
        await process.SaysAsync(line => line.Contains(Fails, StringComparison.Ordinal));
        var accepted = network.Accepted;
        await Eventually.True(() => network.Accepted > accepted + 3);
        await using var second = await OtlpCollector.StartAsync();
        network.TargetPort = second.Port;

        await process.SaysAsync(line => line.Contains(Works, StringComparison.Ordinal));
        await Eventually.True(() => second.Logs.Any(log => log.Message.Contains(Works, StringComparison.Ordinal)));
        Assert.Single(process.Output, line => line.Contains(Fails, StringComparison.Ordinal));
        Assert.Single(process.Output, line => line.Contains(Works, StringComparison.Ordinal));
        Assert.DoesNotContain("secret", process.Said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_collector_that_refuses_one_signal_is_logged_once_with_that_signal()
    {
        var refused = 0;
        await using var collector = await new TestModule(endpoints: routes => routes.MapPost("/v1/{signal}", (string signal) =>
            signal == "metrics" && Interlocked.Increment(ref refused) > 0 ? Results.NotFound() : Results.Ok()).Public()).StartAsync();
        await using var process = Start(Environment(collector.Urls[0]));

        await Eventually.True(() => Volatile.Read(ref refused) > 3);
        await process.SaysAsync(line => line.Contains(Fails, StringComparison.Ordinal));

        Assert.Contains(
            $"{Fails}{collector.Urls[0]}/v1/metrics: HTTP status 404 (Not Found).",
            Assert.Single(process.Output, line => line.Contains(Fails, StringComparison.Ordinal)), StringComparison.Ordinal);
        await collector.StopAsync();
    }

    private static Dictionary<string, string> Environment(string endpoint) => new()
    {
        ["OTEL_EXPORTER_OTLP_ENDPOINT"] = endpoint,
        ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
        ["OTEL_EXPORTER_OTLP_HEADERS"] = "x-collector-key=secret",
        ["OTEL_METRIC_EXPORT_INTERVAL"] = "200",
    };

    private static StartedProcess Start(Dictionary<string, string> environment) =>
        StartedProcess.Service("Simulators", environment, "--urls", "http://127.0.0.1:0");
}
