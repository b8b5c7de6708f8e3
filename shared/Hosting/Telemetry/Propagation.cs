using System.Diagnostics;

namespace RideIngest.Hosting.Telemetry;

/// <summary>
/// Creates the spans of requests and frames even if no exporter records them, so that log lines have a trace id and the trace context is
/// passed on with the sender's sampling flag.
/// </summary>
internal sealed class Propagation : IDisposable
{
    private readonly ActivityListener _listener = new()
    {
        ShouldListenTo = source => source.Name is RideIngestTelemetry.Name or RideIngestTelemetry.WebServer,
        Sample = Collector.IsNamed ? Unrecorded : AsItsParent,
        SampleUsingParentId = (ref _) => ActivitySamplingResult.PropagationData,
    };

    public Propagation() => ActivitySource.AddActivityListener(_listener);

    public void Dispose() => _listener.Dispose();

    // The SDK decides about recording.
    private static ActivitySamplingResult Unrecorded(ref ActivityCreationOptions<ActivityContext> span) =>
        ActivitySamplingResult.PropagationData;

    private static ActivitySamplingResult AsItsParent(ref ActivityCreationOptions<ActivityContext> span) =>
        span.Parent.TraceFlags.HasFlag(ActivityTraceFlags.Recorded)
            ? ActivitySamplingResult.AllDataAndRecorded
            : ActivitySamplingResult.PropagationData;
}
