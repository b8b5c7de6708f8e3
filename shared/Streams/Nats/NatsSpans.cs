using System.Diagnostics;
using NATS.Client.Core;
using RideIngest.Hosting.Telemetry;

namespace RideIngest.Streams.Nats;

/// <summary>
/// Which of NATS.Net's spans are kept: where a frame or an event went, within a trace that is recorded. Never a root, since every trace is
/// a request's; and never the client's own work: JetStream's API, acks, which are sent while another frame is in hand, and inboxes.
/// </summary>
internal static class NatsSpans
{
    public static bool IsKept(NatsInstrumentationContext operation) =>
        !IsPlumbing(operation)
        && (operation.Size is null ? IsKeptSend() : operation.ParentContext.TraceFlags.HasFlag(ActivityTraceFlags.Recorded));

    /// <summary>
    /// Not below a span of ours, which says it already: NATS.Net would write its own trace into the headers after the frame was measured
    /// (<c>FrameBlocks</c>).
    /// </summary>
    private static bool IsKeptSend() => Activity.Current is { Recorded: true } current && current.Source.Name != RideIngestTelemetry.Name;

    private static bool IsPlumbing(NatsInstrumentationContext operation) =>
        operation.Subject.StartsWith('$')
        || operation.Subject.StartsWith(operation.Connection?.Opts.InboxPrefix ?? "_INBOX", StringComparison.Ordinal);
}
