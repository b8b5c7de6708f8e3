using System.Diagnostics;
using OpenTelemetry;

namespace RideIngest.Hosting.Telemetry;

/// <summary>
/// Keeps only traces that begin with a request; drops other root spans, such as a loop's statements, with their children. Not a sampler,
/// because it would replace the one that <c>OTEL_TRACES_SAMPLER</c> names.
/// </summary>
internal sealed class RequestTraces : BaseProcessor<Activity>
{
    public override void OnStart(Activity span)
    {
        var isDropped = span.ParentSpanId == default
            ? span.Source.Name != RideIngestTelemetry.WebServer
            : span.Parent is { Recorded: false };
        if (!isDropped)
            return;
        span.IsAllDataRequested = false;
        span.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
    }
}
