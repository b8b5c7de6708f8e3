using System.Diagnostics;
using OpenTelemetry;

namespace RideIngest.Hosting.Telemetry;

/// <summary>
/// Lets every trace begin with a request. Any other span that would begin one is dropped, with all below it: a loop's statement, a poll of
/// another service. A sampler could do so as well, but would take the place of the one that <c>OTEL_TRACES_SAMPLER</c> names.
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
