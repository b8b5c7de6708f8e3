using System.Text.Json.Serialization;
using NATS.Client.JetStream.Wire;

namespace NATS.Client.JetStream.Models;

/// <summary>When a message may leave the stream.</summary>
[JsonConverter(typeof(WireEnumConverter<StreamConfigRetention>))]
public enum StreamConfigRetention
{
    Limits,
    Interest,
    Workqueue,
}

[JsonConverter(typeof(WireEnumConverter<StreamConfigStorage>))]
public enum StreamConfigStorage
{
    File,
    Memory,
}

/// <summary>Which message a full stream refuses: the oldest it has, or the new one.</summary>
[JsonConverter(typeof(WireEnumConverter<StreamConfigDiscard>))]
public enum StreamConfigDiscard
{
    Old,
    New,
}

[JsonConverter(typeof(WireEnumConverter<StreamConfigCompression>))]
public enum StreamConfigCompression
{
    None,
    S2,
}

/// <summary>Whether a publish is acknowledged before it reached the disk (server 2.12 and later).</summary>
[JsonConverter(typeof(WireEnumConverter<StreamConfigPersistMode>))]
public enum StreamConfigPersistMode
{
    Default,
    Async,
}
