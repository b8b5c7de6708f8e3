using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RideIngest.Integration.Systems;

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
}
