using System.Diagnostics;
using NATS.Client.Core;
using RideIngest.Hosting.Telemetry;

namespace RideIngest.Streams.Nats;

/// <summary>
/// Chooses which of NATS.Net's spans to keep: sends and receives of frames and events within a recorded trace. Root spans are dropped,
/// because traces start at requests, and so are the client's own operations: the JetStream API, acks and inboxes.
/// </summary>
internal static class NatsSpans
{
    public static bool IsKept(NatsInstrumentationContext operation) =>
        !IsPlumbing(operation)
        && (operation.Size is null ? IsKeptSend() : operation.ParentContext.TraceFlags.HasFlag(ActivityTraceFlags.Recorded));

    /// <summary>
    /// Drops sends below our own spans, which already cover them. NATS.Net would also add its trace to the headers after the frame was
    /// measured (<c>FrameBlocks</c>).
    /// </summary>
    private static bool IsKeptSend() => Activity.Current is { Recorded: true } current && current.Source.Name != RideIngestTelemetry.Name;

    private static bool IsPlumbing(NatsInstrumentationContext operation) =>
        operation.Subject.StartsWith('$')
        || operation.Subject.StartsWith(operation.Connection?.Opts.InboxPrefix ?? "_INBOX", StringComparison.Ordinal);
}
