using System.Diagnostics;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace RideIngest.Platform.Telemetry;

/// <summary>
/// Sends spans and metrics by OTLP when <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> names a collector. Without one nothing is recorded, but
/// the spans still exist, so that every log line has its trace id and the trace context travels on.
/// </summary>
internal sealed class Tracing : IDisposable
{
    private const string Suppressed = "Microsoft.AspNetCore.Hosting.SuppressActivityOpenTelemetryData";

    private readonly IDisposable _sdk;

    // ASP.NET Core gives its spans the names and attributes of OpenTelemetry's conventions only when asked, before its server starts; and then every
    // request pays for them, recorded or not.
    static Tracing() => AppContext.SetSwitch(Suppressed, !Collector.IsNamed);

    public Tracing(string service, string version, string instance)
    {
        _sdk = Collector.IsNamed
            ? OpenTelemetrySdk.Create(otel => otel
                .ConfigureResource(resource => resource.AddService(service, serviceNamespace: "rideingest", version, serviceInstanceId: instance))
                .WithTracing(tracing => tracing.AddSource(RideIngestTelemetry.Sources).AddOtlpExporter()))
            : Propagate();
    }

    public void Dispose() => _sdk.Dispose();

    private static ActivityListener Propagate()
    {
        var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name is RideIngestTelemetry.Name or RideIngestTelemetry.WebServer,
            Sample = Sampled,
            SampleUsingParentId = (ref _) => ActivitySamplingResult.PropagationData,
        };
        ActivitySource.AddActivityListener(listener);
        return listener;
    }

    /// <summary>That a sender records its trace is for whoever comes after us to know.</summary>
    private static ActivitySamplingResult Sampled(ref ActivityCreationOptions<ActivityContext> span) =>
        (span.Parent.TraceFlags & ActivityTraceFlags.Recorded) != 0 ? ActivitySamplingResult.AllDataAndRecorded : ActivitySamplingResult.PropagationData;
}
