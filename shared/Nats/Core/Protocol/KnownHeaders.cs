using System.Text;

namespace NATS.Client.Core;

/// <summary>The names and statuses that servers send all the time, so that reading them makes no strings.</summary>
internal static class KnownHeaders
{
    private static readonly (byte[] Utf8, string Text)[] Names =
    [
        .. new[]
        {
            "Nats-Msg-Id", "Nats-Stream", "Nats-Sequence", "Nats-Time-Stamp", "Nats-Subject", "Nats-Last-Sequence", "Nats-Last-Consumer",
            "Nats-Last-Stream", "Nats-Pending-Messages", "Nats-Pending-Bytes", "Nats-Consumer-Stalled", "Nats-Num-Pending",
            "Nats-Expected-Stream", "Nats-Expected-Last-Sequence", "Nats-Expected-Last-Subject-Sequence", "Nats-Rollup", "Nats-TTL",
            "KV-Operation", "Nats-Marker-Reason", "Status", "Description", "traceparent", "tracestate",
        }.Select(name => (Encoding.ASCII.GetBytes(name), name)),
    ];

    private static readonly (byte[] Utf8, string Text, NatsHeaders.Messages Message)[] Statuses =
    [
        .. new[]
        {
            ("Idle Heartbeat", NatsHeaders.Messages.IdleHeartbeat),
            ("Bad Request", NatsHeaders.Messages.BadRequest),
            ("Consumer Deleted", NatsHeaders.Messages.ConsumerDeleted),
            ("Consumer is push based", NatsHeaders.Messages.ConsumerIsPushBased),
            ("No Messages", NatsHeaders.Messages.NoMessages),
            ("Request Timeout", NatsHeaders.Messages.RequestTimeout),
            ("Message Size Exceeds MaxBytes", NatsHeaders.Messages.MessageSizeExceedsMaxBytes),
            ("Requests Pending", NatsHeaders.Messages.RequestsPending),
        }.Select(status => (Encoding.ASCII.GetBytes(status.Item1), status.Item1, status.Item2)),
    ];

    public static string Name(ReadOnlySpan<byte> name)
    {
        foreach (var (utf8, text) in Names)
        {
            if (name.SequenceEqual(utf8))
                return text;
        }

        return Encoding.ASCII.GetString(name);
    }

    public static (NatsHeaders.Messages Message, string Text) Status(ReadOnlySpan<byte> description)
    {
        foreach (var (utf8, text, message) in Statuses)
        {
            if (description.SequenceEqual(utf8))
                return (message, text);
        }

        return (NatsHeaders.Messages.Text, Encoding.UTF8.GetString(description));
    }
}
