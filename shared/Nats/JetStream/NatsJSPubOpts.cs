using NATS.Client.Core;

namespace NATS.Client.JetStream;

/// <summary>What a publish expects of the stream, and how it is retried.</summary>
public record NatsJSPubOpts : NatsPubOpts
{
    public static readonly NatsJSPubOpts Default = new();

    /// <summary>Makes the publish safe to repeat: within the stream's duplicate window an id is stored once.</summary>
    public string? MsgId { get; init; }

    public string? ExpectedLastMsgId { get; init; }

    public string? ExpectedStream { get; init; }

    public ulong? ExpectedLastSequence { get; init; }

    public ulong? ExpectedLastSubjectSequence { get; init; }

    /// <summary>
    /// The subject, possibly with wildcards, that <see cref="ExpectedLastSubjectSequence"/> is about; the published one by
    /// default.
    /// </summary>
    public string? ExpectedLastSubjectSequenceSubject { get; init; }

    public TimeSpan RetryWaitBetweenAttempts { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>
    /// How often to publish at all while there are "no responders", as during a leader election. Only that is retried:
    /// then the message is surely not stored.
    /// </summary>
    public int RetryAttempts { get; init; } = 1;
}
