using System.Text.Json.Serialization;
using NATS.Client.JetStream.Wire;

namespace NATS.Client.JetStream.Models;

/// <summary>What the server takes as an acknowledgement.</summary>
[JsonConverter(typeof(WireEnumConverter<ConsumerConfigAckPolicy>))]
public enum ConsumerConfigAckPolicy
{
    Explicit,
    All,
    None,
    FlowControl,
}

/// <summary>Where in the stream a new consumer begins.</summary>
[JsonConverter(typeof(WireEnumConverter<ConsumerConfigDeliverPolicy>))]
public enum ConsumerConfigDeliverPolicy
{
    All,
    Last,
    New,
    ByStartSequence,
    ByStartTime,
    LastPerSubject,
}

/// <summary>At what pace stored messages are delivered.</summary>
[JsonConverter(typeof(WireEnumConverter<ConsumerConfigReplayPolicy>))]
public enum ConsumerConfigReplayPolicy
{
    Instant,
    Original,
}

/// <summary>How pulls within a priority group are ranked (server 2.11 and later).</summary>
[JsonConverter(typeof(WireEnumConverter<ConsumerConfigPriorityPolicy>))]
public enum ConsumerConfigPriorityPolicy
{
    None,
    Prioritized,
    Overflow,
    PinnedClient,
}
