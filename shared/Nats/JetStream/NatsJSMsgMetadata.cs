namespace NATS.Client.JetStream;

/// <summary>What a message's reply subject says about its delivery.</summary>
public readonly record struct NatsJSMsgMetadata(
    NatsJSSequencePair Sequence,
    ulong NumDelivered,
    ulong NumPending,
    DateTimeOffset Timestamp,
    string Stream,
    string Consumer,
    string Domain);

/// <summary>A message's place in the stream, and in what the consumer delivered.</summary>
public readonly record struct NatsJSSequencePair(ulong Stream, ulong Consumer);
