namespace NATS.Client.Core;

/// <summary>Raw bytes, then primitives as text.</summary>
public static class NatsDefaultSerializer<T>
{
    public static readonly INatsSerializer<T> Default = NatsRawSerializer<T>.Default;
}

public class NatsDefaultSerializerRegistry : INatsSerializerRegistry
{
    public static readonly NatsDefaultSerializerRegistry Default = new();

    public INatsSerialize<T> GetSerializer<T>() => NatsDefaultSerializer<T>.Default;

    public INatsDeserialize<T> GetDeserializer<T>() => NatsDefaultSerializer<T>.Default;
}
