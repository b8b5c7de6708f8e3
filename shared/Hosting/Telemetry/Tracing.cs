using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using OpenTelemetry.Instrumentation.AspNetCore;
using OpenTelemetry.Trace;

namespace RideIngest.Hosting.Telemetry;

/// <summary>Traces by the OpenTelemetry SDK, in a process that has a collector. In any other, <see cref="Propagation"/> does.</summary>
internal static class Tracing
{
    public static void AddTo(IServiceCollection services, IOpenTelemetryBuilder otel)
    {
        services.AddSingleton<Propagation>();
        if (!Collector.IsNamed)
            return;
        services.AddOptions<AspNetCoreTraceInstrumentationOptions>()
            .Configure<EndpointDataSource>((options, endpoints) => options.Filter = UntracedEndpoints.Filter(endpoints));

        // The shared libraries add the sources of the clients that they set up.
        otel.WithTracing(tracing => tracing
            .AddSource(RideIngestTelemetry.Name)
            .AddAspNetCoreInstrumentation()
            .AddHttpClientInstrumentation()
            .AddProcessor<RequestTraces>()
            .AddOtlpExporter());
    }
}
