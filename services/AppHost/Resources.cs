using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;

namespace RideIngest.AppHost;

/// <summary>Adds the app host's resources to Aspire.</summary>
internal static partial class Resources
{
    /// <summary>Adds a server that is already running.</summary>
    public static void AddServer(this IDistributedApplicationBuilder builder, ServerResource server)
    {
        builder.Services.AddHealthChecks().AddCheck(server.Name, () => server.IsRunning
            ? HealthCheckResult.Healthy()
            : HealthCheckResult.Unhealthy("The server has exited. Use the command Restart."));
        builder.AddResource(server)
            .WithInitialState(new()
            {
                ResourceType = "Server",
                State = KnownResourceStates.Running,
                StartTimeStamp = DateTime.UtcNow,
                Properties = [new(CustomResourceKnownProperties.Source, server.Data)],
            })
            .WithUrl(server.Address)
            .WithHealthCheck(server.Name)
            .WithCommand("restart", "Restart", async context =>
            {
                await server.RestartAsync(context.CancellationToken);
                return CommandResults.Success();
            })
            .OnInitializeResource(async (_, started, cancellationToken) =>
            {
                await foreach (var line in server.Log.ReadAllAsync(cancellationToken))
                    Said(started.Logger, line);
            });
    }

    /// <summary>Adds a service as a process, healthy while its <c>/readyz</c> is ready.</summary>
    /// <param name="port">The port on this machine; null for any.</param>
    /// <param name="over">The servers that the service uses.</param>
    public static IResourceBuilder<ProjectResource> AddService<TProject>(
        this IDistributedApplicationBuilder builder, string name, int? port = null, params ReadOnlySpan<ServerResource> over)
        where TProject : IProjectMetadata, new()
    {
        var service = builder.AddProject<TProject>(name)
            .WithoutHttpsCertificate()
            .WithHttpEndpoint(port)
            .WithHttpHealthCheck("/readyz");
        var target = service.GetEndpoint("http").Property(EndpointProperty.TargetPort);
        service.WithEnvironment("RIDEINGEST__HOSTING__URLS", $"http://127.0.0.1:{target}");
        service.WithEnvironment("RIDEINGEST__LOGGING__FORMAT", "text");

        // Aspire's always_on would record requests that their caller does not, such as the casino's polls of the simulators.
        service.WithEnvironment("OTEL_TRACES_SAMPLER", "parentbased_always_on");
        foreach (var server in over)
        {
            foreach (var (variable, value) in server.Variables) service.WithEnvironment(variable, value);
        }

        return service;
    }

    /// <summary>Adds pages of other services to the navigation.</summary>
    public static void LinksTo(
        this IResourceBuilder<ProjectResource> service,
        params ReadOnlySpan<(string Name, IResourceBuilder<ProjectResource> Service, string Path)> pages)
    {
        for (var i = 0; i < pages.Length; i++)
        {
            service.WithEnvironment($"RIDEINGEST__PAGES__SYSTEMS__{i}__NAME", pages[i].Name);
            service.WithEnvironment($"RIDEINGEST__PAGES__SYSTEMS__{i}__URL", $"{pages[i].Service.GetEndpoint("http")}{pages[i].Path}");
        }
    }

    [LoggerMessage(2101, LogLevel.Information, "{Line}")]
    private static partial void Said(ILogger logger, string line);
}
