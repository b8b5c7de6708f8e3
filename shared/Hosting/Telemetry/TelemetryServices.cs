using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using OpenTelemetry.Resources;

namespace RideIngest.Hosting.Telemetry;

/// <summary>Logs, metrics and traces of a process, which agree on who it is.</summary>
internal static class TelemetryServices
{
    /// <exception cref="Config.SettingsException">The collector is named wrongly.</exception>
    public static void AddTelemetry(
        this IServiceCollection services, LoggingSettings logging, string service, string version, string instance)
    {
        Collector.Check();
        var resource = Describe(ResourceBuilder.CreateDefault());
        Logging.AddTo(services, logging, resource.Build());
        var otel = services.AddOpenTelemetry().ConfigureResource(builder => Describe(builder));
        Metrics.AddTo(otel);
        Tracing.AddTo(services, otel);

        // The environment has the last word: what starts many processes may have names of its own for them.
        ResourceBuilder Describe(ResourceBuilder builder) => builder
            .AddService(service, "rideingest", version, autoGenerateServiceInstanceId: false, instance)
            .AddEnvironmentVariableDetector();
    }
}
