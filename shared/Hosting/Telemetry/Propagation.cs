using System.Diagnostics;

namespace RideIngest.Hosting.Telemetry;

/// <summary>
/// Creates the spans of requests and frames where nobody records them, without attributes: every log line has its trace id, and the trace
/// context travels on, with the sender's word on whether it is recorded.
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

    // What is recorded, the SDK decides.
    private static ActivitySamplingResult Unrecorded(ref ActivityCreationOptions<ActivityContext> span) =>
        ActivitySamplingResult.PropagationData;

    private static ActivitySamplingResult AsItsParent(ref ActivityCreationOptions<ActivityContext> span) =>
        span.Parent.TraceFlags.HasFlag(ActivityTraceFlags.Recorded)
            ? ActivitySamplingResult.AllDataAndRecorded
            : ActivitySamplingResult.PropagationData;
}
