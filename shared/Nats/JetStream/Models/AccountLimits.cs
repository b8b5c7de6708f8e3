using System.Text.Json.Serialization;

namespace NATS.Client.JetStream.Models;

/// <summary>The limits set on an account or a tier of it; -1 is unlimited.</summary>
public record AccountLimits
{
    [JsonPropertyName("max_memory")]
    public long MaxMemory { get; set; }

    [JsonPropertyName("max_storage")]
    public long MaxStorage { get; set; }

    [JsonPropertyName("max_streams")]
    public int MaxStreams { get; set; }

    [JsonPropertyName("max_consumers")]
    public int MaxConsumers { get; set; }

    [JsonPropertyName("max_bytes_required")]
    public bool MaxBytesRequired { get; set; }

    [JsonPropertyName("max_ack_pending")]
    public int MaxAckPending { get; set; }

    [JsonPropertyName("memory_max_stream_bytes")]
    public long MemoryMaxStreamBytes { get; set; } = -1;

    [JsonPropertyName("storage_max_stream_bytes")]
    public long StorageMaxStreamBytes { get; set; } = -1;
}

/// <summary>Usage and limits of one replication tier.</summary>
public record Tier
{
    [JsonPropertyName("memory")]
    public ulong Memory { get; set; }

    [JsonPropertyName("storage")]
    public ulong Storage { get; set; }

    [JsonPropertyName("reserved_memory")]
    public ulong ReservedMemory { get; set; }

    [JsonPropertyName("reserved_storage")]
    public ulong ReservedStore { get; set; }

    [JsonPropertyName("streams")]
    public int Streams { get; set; }

    [JsonPropertyName("consumers")]
    public int Consumers { get; set; }

    [JsonPropertyName("limits")]
    public AccountLimits Limits { get; set; } = new();
}
