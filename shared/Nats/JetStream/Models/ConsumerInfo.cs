using System.Text.Json.Serialization;

namespace NATS.Client.JetStream.Models;

/// <summary>A consumer as the server has it: configuration and progress.</summary>
public record ConsumerInfo
{
    [JsonPropertyName("stream_name")]
    public required string StreamName { get; set; }

    [JsonPropertyName("name")]
    public required string Name { get; set; }

    [JsonPropertyName("ts")]
    public DateTimeOffset Ts { get; set; }

    [JsonPropertyName("config")]
    public ConsumerConfig Config { get; set; } = new();

    [JsonPropertyName("created")]
    public DateTimeOffset Created { get; set; }

    [JsonPropertyName("delivered")]
    public SequenceInfo Delivered { get; set; } = new();

    [JsonPropertyName("ack_floor")]
    public SequenceInfo AckFloor { get; set; } = new();

    [JsonPropertyName("num_ack_pending")]
    public int NumAckPending { get; set; }

    [JsonPropertyName("num_redelivered")]
    public int NumRedelivered { get; set; }

    [JsonPropertyName("num_waiting")]
    public int NumWaiting { get; set; }

    /// <summary>Messages that match and have not been delivered yet.</summary>
    [JsonPropertyName("num_pending")]
    public ulong NumPending { get; set; }

    [JsonPropertyName("paused")]
    public bool IsPaused { get; set; }

    [JsonPropertyName("pause_remaining")]
    public TimeSpan? PauseRemaining { get; set; }

    [JsonPropertyName("cluster")]
    public ClusterInfo? Cluster { get; set; }

    [JsonPropertyName("push_bound")]
    public bool PushBound { get; set; }

    [JsonPropertyName("priority_groups")]
    public ICollection<PriorityGroupState>? PriorityGroups { get; set; }
}

/// <summary>A position, as a pair of consumer and stream sequence.</summary>
public record SequenceInfo
{
    [JsonPropertyName("consumer_seq")]
    public ulong ConsumerSeq { get; set; }

    [JsonPropertyName("stream_seq")]
    public ulong StreamSeq { get; set; }

    [JsonPropertyName("last_active")]
    public DateTimeOffset LastActive { get; set; }
}

/// <summary>Which client a priority group is pinned to.</summary>
public record PriorityGroupState
{
    [JsonPropertyName("group")]
    public string? Group { get; set; }

    [JsonPropertyName("pinned_client_id")]
    public string? PinnedClientId { get; set; }

    [JsonPropertyName("pinned_ts")]
    public DateTimeOffset? PinnedTs { get; set; }
}
