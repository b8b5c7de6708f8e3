using NATS.Client.JetStream.Models;

namespace NATS.Client.KeyValueStore;

/// <summary>What a bucket keeps, and how.</summary>
public record NatsKVConfig
{
    public NatsKVConfig(string bucket) => Bucket = bucket;

    public string Bucket { get; init; }

    public string? Description { get; init; }

    /// <summary>Largest value in bytes; 0 is unlimited.</summary>
    public int MaxValueSize { get; init; }

    /// <summary>Values kept per key, 1 to 64.</summary>
    public long History { get; init; }

    /// <summary>How long each value is kept; 0 is for ever.</summary>
    public TimeSpan MaxAge { get; init; }

    public long MaxBytes { get; init; }

    public NatsKVStorageType Storage { get; init; }

    public int NumberOfReplicas { get; init; }

    public NatsKVRepublish? Republish { get; init; }

    public Placement? Placement { get; init; }

    public bool Compression { get; init; }

    /// <summary>The bucket, or stream, that this one mirrors.</summary>
    public StreamSource? Mirror { get; init; }

    public ICollection<StreamSource>? Sources { get; set; }

    public IDictionary<string, string>? Metadata { get; set; }

    /// <summary>Allows a time to live per key, and keeps the markers of expired keys so long. Server 2.11 and later.</summary>
    public TimeSpan LimitMarkerTTL { get; init; }
}

/// <summary>Copies what is written to another subject.</summary>
public record NatsKVRepublish
{
    public string? Src { get; init; }

    public string? Dest { get; init; }

    public bool HeadersOnly { get; init; }
}

public enum NatsKVStorageType
{
    File,
    Memory,
}
