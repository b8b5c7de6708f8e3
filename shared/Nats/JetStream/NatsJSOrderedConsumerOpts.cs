using NATS.Client.JetStream.Models;

namespace NATS.Client.JetStream;

/// <summary>What an ordered consumer reads.</summary>
public record NatsJSOrderedConsumerOpts
{
    public static readonly NatsJSOrderedConsumerOpts Default = new();

    /// <summary>More than one needs server 2.10.</summary>
    public string[] FilterSubjects { get; init; } = [];

    public ConsumerConfigDeliverPolicy DeliverPolicy { get; init; } = ConsumerConfigDeliverPolicy.All;

    public ulong OptStartSeq { get; init; }

    public DateTimeOffset OptStartTime { get; init; }

    public ConsumerConfigReplayPolicy ReplayPolicy { get; init; } = ConsumerConfigReplayPolicy.Instant;

    /// <summary>How long the server keeps the consumer after the last pull.</summary>
    public TimeSpan InactiveThreshold { get; init; } = TimeSpan.FromMinutes(5);

    public bool HeadersOnly { get; init; }

    /// <summary>How often in a row the consumer may be made anew without a message in between; -1 without limit.</summary>
    public int MaxResetAttempts { get; init; } = -1;
}
