using NATS.Client.Core;

namespace NATS.Client.JetStream;

/// <summary>A message that a consumer delivered, to be acknowledged as the consumer's policy asks.</summary>
public interface INatsJSMsg<out T> : INatsMsg
{
    string Subject { get; }

    /// <summary>Bytes on the wire: subject, reply subject, headers and payload.</summary>
    int Size { get; }

    T? Data { get; }

    INatsConnection? Connection { get; }

    /// <summary>
    /// Sequences, delivery count, and the like; null if the message did not come from a consumer. Read from the reply subject on
    /// each call.
    /// </summary>
    NatsJSMsgMetadata? Metadata { get; }

    string? ReplyTo { get; }

    /// <summary>Why <see cref="Data"/> or the headers could not be read.</summary>
    NatsException? Error { get; }

    void EnsureSuccess();

    /// <summary>The message is done with.</summary>
    ValueTask AckAsync(AckOpts? opts = default, CancellationToken cancellationToken = default);

    /// <summary>Deliver it again, at once or after <see cref="AckOpts.NakDelay"/>.</summary>
    ValueTask NakAsync(AckOpts? opts = default, CancellationToken cancellationToken = default);

    /// <summary>Still at work: start the ack wait anew.</summary>
    ValueTask AckProgressAsync(AckOpts? opts = default, CancellationToken cancellationToken = default);

    /// <summary>Never deliver it again.</summary>
    ValueTask AckTerminateAsync(AckOpts? opts = default, CancellationToken cancellationToken = default);
}
