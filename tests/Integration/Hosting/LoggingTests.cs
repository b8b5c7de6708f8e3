using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RideIngest.Integration.Systems;
using RideIngest.TestKit.Servers;

namespace RideIngest.Integration.Hosting;

public sealed class LoggingTests
{
    private const string Requests = "Microsoft.AspNetCore.Hosting.Diagnostics";

    /// <summary>ASP.NET Core opens a scope for each request where this category is on at any level.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(false, "--logging:level=debug")]
    [InlineData(false, $"--logging:levels:{Requests}=warning")]
    [InlineData(true, $"--logging:levels:{Requests}=information")]
    [InlineData(true, "--logging:levels:Microsoft.AspNetCore=debug")]
    [InlineData(false, "--logging:levels:Microsoft.AspNetCore=debug", $"--logging:levels:{Requests}=error")]
    public async Task Requests_are_logged_only_where_that_is_asked_for(bool logged, params string[] args)
    {
        await using var host = await new TestModule().StartAsync(["--logging:level=information", .. args]);

        Assert.Equal(logged, host.Services.GetRequiredService<ILoggerFactory>().CreateLogger(Requests).IsEnabled(LogLevel.Critical));
        await host.StopAsync();
    }

    [Fact]
    public async Task A_configuration_that_all_services_share_gives_no_warnings_and_one_line_about_what_is_not_for_this_one()
    {
        using var folder = new TestDirectory();
        var file = Path.Combine(folder.Path, "config.yaml");
        await File.WriteAllTextAsync(
            file,
            $$"""
            nats: { url: "nats://127.0.0.1:1" }
            postgres: { host: 127.0.0.1 }
            ingest: { wait: 3s }
            consumer: { hand_back: 5s, parallel_batches: 3 }
            producer: { uploads: 3 }
            auth:
              mode: keys
              keys: [{ name: all, sha256: {{new string('a', 64)}}, scopes: ["bookings:write", "casino:write", read, ops] }]
            casino: { stream_bytes: 1GB }
            """);

        await using var simulators = StartedProcess.Service("Simulators", "--urls", "http://127.0.0.1:0", "--config-path", file);
        await simulators.UrlAsync();

        Assert.DoesNotContain(simulators.Output, line => line.Contains("\"level\":\"warning\"", StringComparison.Ordinal));
        Assert.Contains(
            "does not use: nats (config.yaml line 1), postgres (config.yaml line 2), ingest (config.yaml line 3), consumer (config.yaml line "
                + "4), producer (config.yaml line 5), casino (config.yaml line 9)",
            Assert.Single(simulators.Output, line => line.Contains("\"level\":\"information\"", StringComparison.Ordinal)
                && line.Contains("does not use", StringComparison.Ordinal)),
            StringComparison.Ordinal);
    }
}
