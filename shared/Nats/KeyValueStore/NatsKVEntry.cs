using NATS.Client.Core;
using NATS.Client.JetStream.Models;

namespace NATS.Client.KeyValueStore;

/// <summary>A value of a key, or that it was deleted.</summary>
public readonly record struct NatsKVEntry<T>(string Bucket, string Key)
{
    public T? Value { get; init; }

    /// <summary>Its sequence in the bucket, across all keys.</summary>
    public ulong Revision { get; init; }

    /// <summary>Entries that follow in what a watch begins with; 0 for the last one and for every change after.</summary>
    public ulong Delta { get; init; }

    public DateTimeOffset Created { get; init; }

    public NatsKVOperation Operation { get; init; }

    /// <summary>Why <see cref="Value"/> could not be read.</summary>
    public NatsException? Error { get; init; }

    public void EnsureSuccess()
    {
        if (Error is not null)
            throw Error;
    }
}

public enum NatsKVOperation
{
    Put,
    Del,
    Purge,
}

/// <summary>A bucket, and the stream it lies in.</summary>
public record NatsKVStatus(string Bucket, bool IsCompressed, TimeSpan LimitMarkerTTL, StreamInfo Info);

public static class NatsKVDefaults
{
    /// <summary>Values a bucket can keep per key.</summary>
    public const int MaxHistory = 64;
}
