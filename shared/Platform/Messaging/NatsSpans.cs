using System.Diagnostics;
using NATS.Client.Core;

namespace RideIngest.Platform.Messaging;

/// <summary>
/// Which of NATS.Net's spans are kept: where a frame or an event went, within a trace that is recorded. Never a root, since every trace is a request's; and
/// never the client's own work: JetStream's API, acks, which are sent while another frame is in hand, and inboxes.
/// </summary>
internal static class NatsSpans
{
    public static bool IsKept(NatsInstrumentationContext operation) =>
        (Parent(operation).TraceFlags & ActivityTraceFlags.Recorded) != 0 && !IsPlumbing(operation);

    /// <summary>What is sent has no size yet and continues what is under way here; what is received continues what its headers say.</summary>
    private static ActivityContext Parent(NatsInstrumentationContext operation) =>
        operation.Size is null ? Activity.Current?.Context ?? default : operation.ParentContext;

    private static bool IsPlumbing(NatsInstrumentationContext operation) =>
        operation.Subject.StartsWith('$') || operation.Subject.StartsWith(operation.Connection?.Opts.InboxPrefix ?? "_INBOX", StringComparison.Ordinal);
}
