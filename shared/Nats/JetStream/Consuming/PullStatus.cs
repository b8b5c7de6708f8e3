using System.Globalization;
using NATS.Client.Core;

namespace NATS.Client.JetStream.Consuming;

/// <summary>What a status message means for the pull it answers.</summary>
internal enum PullStatus
{
    /// <summary>The server is there, and has nothing to deliver.</summary>
    Heartbeat,

    /// <summary>The pull ended as it should: it expired, its batch is complete, or there was nothing to deliver.</summary>
    Finished,

    /// <summary>The pull is gone, but another one may do better: a new leader, a server that shuts down, nobody there yet.</summary>
    Lost,

    /// <summary>Nobody serves the consumer: as <see cref="Lost"/>, and if it goes on, the consumer does not exist.</summary>
    NoResponders,

    /// <summary>The next message is larger than the bytes left in this pull.</summary>
    MsgTooLarge,

    /// <summary>No further pull will do: the consumer was deleted, or the pull asks for what it may not.</summary>
    Fatal,

    /// <summary>A status that we do not know.</summary>
    Unknown,
}

internal static class PullStatuses
{
    public static PullStatus Classify(NatsHeaders status) => status.Code switch
    {
        100 => PullStatus.Heartbeat,
        404 or 408 => PullStatus.Finished,
        503 => PullStatus.NoResponders,
        400 => PullStatus.Fatal,
        409 => Classify409(status.MessageText),
        _ => PullStatus.Unknown,
    };

    /// <summary>What the server leaves undelivered of the pull, or null if it does not say.</summary>
    public static long? Undelivered(NatsHeaders status, bool inBytes) =>
        status.TryGetLastValue(inBytes ? "Nats-Pending-Bytes" : "Nats-Pending-Messages", out var text)
        && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var units)
            ? units
            : null;

    private static PullStatus Classify409(string text)
    {
        if (Says("Leadership Change") || Says("Server Shutdown"))
            return PullStatus.Lost;

        if (Says("Message Size Exceeds MaxBytes"))
            return PullStatus.MsgTooLarge;

        if (Says("Batch Completed"))
            return PullStatus.Finished;

        return Says("Consumer Deleted") || Says("Consumer is push based") || Says("Exceeded Max") ? PullStatus.Fatal : PullStatus.Unknown;

        bool Says(string start) => text.StartsWith(start, StringComparison.OrdinalIgnoreCase);
    }
}
