using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using OpenTelemetry.Instrumentation.AspNetCore;
using OpenTelemetry.Trace;

namespace RideIngest.Hosting.Telemetry;

/// <summary>Configures traces with the OpenTelemetry SDK if there is a collector; otherwise <see cref="Propagation"/> is used.</summary>
internal static class Tracing
{
    public static void AddTo(IServiceCollection services, IOpenTelemetryBuilder otel)
    {
        services.AddSingleton<Propagation>();
        if (!Collector.IsNamed)
            return;
        services.AddOptions<AspNetCoreTraceInstrumentationOptions>()
            .Configure<EndpointDataSource>((options, endpoints) => options.Filter = UntracedEndpoints.Filter(endpoints));

        // Shared libraries add the sources of their own clients.
        otel.WithTracing(tracing => tracing
            .AddSource(RideIngestTelemetry.Name)
            .AddAspNetCoreInstrumentation()
            .AddHttpClientInstrumentation()
            .AddProcessor<RequestTraces>()
            .AddOtlpExporter());
    }
}
