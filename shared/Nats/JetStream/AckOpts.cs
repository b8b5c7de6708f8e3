namespace NATS.Client.JetStream;

/// <summary>How a message is acknowledged.</summary>
public readonly record struct AckOpts
{
    /// <summary>Wait until the server confirms the ack; <see cref="NatsJSOpts.DoubleAck"/> by default.</summary>
    public bool? DoubleAck { get; init; }

    /// <summary>After a nak, how long to wait before the message is delivered again.</summary>
    public TimeSpan? NakDelay { get; init; }

    /// <summary>Why the message was terminated; the server publishes it in an advisory (2.10 and later).</summary>
    public string? TerminateReason { get; init; }
}
