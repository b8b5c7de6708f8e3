using System.Diagnostics;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace RideIngest.Platform.Telemetry;

/// <summary>
/// Sends spans and metrics by OTLP when <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> names a collector. Without one nothing is recorded, but
/// our spans still exist, so that every log line has its trace id and the trace context travels on.
/// </summary>
internal sealed class Tracing : IDisposable
{
    // ASP.NET Core's spans get the names and attributes of OpenTelemetry's conventions only when asked, before its server starts.
    private const string Suppressed = "Microsoft.AspNetCore.Hosting.SuppressActivityOpenTelemetryData";

    private readonly IDisposable _sdk;

    static Tracing() => AppContext.SetSwitch(Suppressed, false);

    public Tracing(string service, string version, string instance)
    {
        _sdk = string.IsNullOrEmpty(Environment.GetEnvironmentVariable("OTEL_EXPORTER_OTLP_ENDPOINT"))
            ? Propagate()
            : OpenTelemetrySdk.Create(otel => otel
                .ConfigureResource(resource => resource.AddService(service, serviceNamespace: "rideingest", version, serviceInstanceId: instance))
                .WithTracing(tracing => tracing.AddSource(RideIngestTelemetry.Sources).AddOtlpExporter())
                .WithMetrics(metrics => metrics
                    .AddMeter([.. RideIngestTelemetry.Meters.Select(name => name.EndsWith('.') ? $"{name}*" : name)])
                    .AddOtlpExporter()));
    }

    public void Dispose() => _sdk.Dispose();

    private static ActivityListener Propagate()
    {
        var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == RideIngestTelemetry.Name,
            Sample = (ref _) => ActivitySamplingResult.PropagationData,
            SampleUsingParentId = (ref _) => ActivitySamplingResult.PropagationData,
        };
        ActivitySource.AddActivityListener(listener);
        return listener;
    }
}
