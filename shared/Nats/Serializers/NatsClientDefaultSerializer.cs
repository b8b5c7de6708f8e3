using NATS.Client.Core;
using NATS.Client.Serializers.Json;

namespace NATS.Net;

/// <summary>Raw bytes, then primitives as text, then JSON.</summary>
public static class NatsClientDefaultSerializer<T>
{
    public static readonly INatsSerializer<T> Default =
        new NatsRawSerializer<T>(new NatsUtf8PrimitivesSerializer<T>(new NatsJsonSerializer<T>()));
}

public class NatsClientDefaultSerializerRegistry : INatsSerializerRegistry
{
    public static readonly NatsClientDefaultSerializerRegistry Default = new();

    public INatsSerialize<T> GetSerializer<T>() => NatsClientDefaultSerializer<T>.Default;

    public INatsDeserialize<T> GetDeserializer<T>() => NatsClientDefaultSerializer<T>.Default;
}
