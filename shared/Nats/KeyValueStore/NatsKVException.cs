using NATS.Client.JetStream;
using NATS.Client.JetStream.Models;

namespace NATS.Client.KeyValueStore;

/// <summary>A key-value call failed.</summary>
public class NatsKVException : NatsJSException
{
    public NatsKVException(string message)
        : base(message)
    {
    }

    public NatsKVException(string message, Exception exception)
        : base(message, exception)
    {
    }
}

/// <summary>The key has no value, and as far as the history goes never had one.</summary>
public class NatsKVKeyNotFoundException() : NatsKVException("Key not found")
{
    public static readonly NatsKVKeyNotFoundException Default = new();
}

/// <summary>The key was deleted or purged, at <see cref="Revision"/>.</summary>
public class NatsKVKeyDeletedException(ulong revision) : NatsKVException("Key was deleted")
{
    public ulong Revision { get; } = revision;
}

/// <summary>The key's last revision is not the one that the write expected.</summary>
public class NatsKVWrongLastRevisionException(ApiError error) : NatsKVException("Wrong last revision")
{
    public ApiError Error { get; } = error;
}

/// <summary>The key to create has a value already.</summary>
public class NatsKVCreateException() : NatsKVException("Key exists");
