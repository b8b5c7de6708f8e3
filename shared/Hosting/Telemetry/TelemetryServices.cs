using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using OpenTelemetry.Resources;

namespace RideIngest.Hosting.Telemetry;

/// <summary>Adds logs, metrics and traces, all with the same resource.</summary>
internal static class TelemetryServices
{
    /// <exception cref="Config.SettingsException">The variables of the collector are invalid.</exception>
    public static void AddTelemetry(
        this IServiceCollection services, LoggingSettings logging, Ending ending, string service, string version,
        string instance)
    {
        Collector.Check();
        var resource = Describe(ResourceBuilder.CreateDefault());
        var watch = Collector.IsNamed ? new CollectorWatch() : null;
        Logging.AddTo(services, logging, ending, resource.Build(), watch);
        if (watch is not null)
            services.AddHostedService(provider => ActivatorUtilities.CreateInstance<CollectorEvents>(provider, watch));
        var otel = services.AddOpenTelemetry().ConfigureResource(builder => Describe(builder));
        Metrics.AddTo(otel);
        Tracing.AddTo(services, otel);

        // Environment variables win, because an orchestrator may name the processes.
        ResourceBuilder Describe(ResourceBuilder builder) => builder
            .AddService(service, "rideingest", version, autoGenerateServiceInstanceId: false, instance)
            .AddEnvironmentVariableDetector();
    }
}
