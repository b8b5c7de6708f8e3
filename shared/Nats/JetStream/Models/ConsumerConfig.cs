using System.Text.Json.Serialization;

namespace NATS.Client.JetStream.Models;

/// <summary>What a consumer delivers, and how. Unset members are not sent: the server fills in its defaults.</summary>
public record ConsumerConfig
{
    public ConsumerConfig()
    {
    }

    /// <summary>A durable consumer of this name.</summary>
    public ConsumerConfig(string name)
    {
        Name = name;
        DurableName = name;
    }

    [JsonPropertyName("deliver_policy")]
    public ConsumerConfigDeliverPolicy DeliverPolicy { get; set; }

    [JsonPropertyName("opt_start_seq")]
    public ulong OptStartSeq { get; set; }

    [JsonPropertyName("opt_start_time")]
    public DateTimeOffset OptStartTime { get; set; }

    [JsonPropertyName("durable_name")]
    public string? DurableName { get; set; }

    [JsonPropertyName("name")]
    public string? Name { get; set; }

    [JsonPropertyName("description")]
    public string? Description { get; set; }

    [JsonPropertyName("deliver_subject")]
    public string? DeliverSubject { get; set; }

    [JsonPropertyName("deliver_group")]
    public string? DeliverGroup { get; set; }

    [JsonPropertyName("ack_policy"), JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public ConsumerConfigAckPolicy AckPolicy { get; set; }

    /// <summary>How long an unacknowledged message stays out before it is delivered again.</summary>
    [JsonPropertyName("ack_wait")]
    public TimeSpan AckWait { get; set; }

    [JsonPropertyName("max_deliver")]
    public long MaxDeliver { get; set; }

    [JsonPropertyName("filter_subject")]
    public string? FilterSubject { get; set; }

    /// <summary>Server 2.10 and later; earlier ones know only <see cref="FilterSubject"/>.</summary>
    [JsonPropertyName("filter_subjects")]
    public ICollection<string>? FilterSubjects { get; set; }

    [JsonPropertyName("replay_policy")]
    public ConsumerConfigReplayPolicy ReplayPolicy { get; set; }

    [JsonPropertyName("sample_freq")]
    public string? SampleFreq { get; set; }

    [JsonPropertyName("rate_limit_bps")]
    public long RateLimitBps { get; set; }

    [JsonPropertyName("max_ack_pending")]
    public long MaxAckPending { get; set; }

    [JsonPropertyName("idle_heartbeat")]
    public TimeSpan IdleHeartbeat { get; set; }

    [JsonPropertyName("flow_control")]
    public bool FlowControl { get; set; }

    [JsonPropertyName("max_waiting")]
    public long MaxWaiting { get; set; }

    [JsonPropertyName("direct")]
    public bool Direct { get; set; }

    [JsonPropertyName("headers_only")]
    public bool HeadersOnly { get; set; }

    [JsonPropertyName("max_batch")]
    public int MaxBatch { get; set; }

    [JsonPropertyName("max_expires")]
    public TimeSpan MaxExpires { get; set; }

    [JsonPropertyName("max_bytes")]
    public long MaxBytes { get; set; }

    /// <summary>How long an ephemeral consumer outlives its last pull.</summary>
    [JsonPropertyName("inactive_threshold")]
    public TimeSpan InactiveThreshold { get; set; }

    /// <summary>Replaces <see cref="AckWait"/> by one delay per redelivery.</summary>
    [JsonPropertyName("backoff")]
    public ICollection<TimeSpan>? Backoff { get; set; }

    [JsonPropertyName("num_replicas")]
    public long NumReplicas { get; set; }

    /// <summary>Server 2.11 and later.</summary>
    [JsonPropertyName("pause_until")]
    public DateTimeOffset? PauseUntil { get; set; }

    [JsonPropertyName("mem_storage")]
    public bool MemStorage { get; set; }

    /// <summary>Server 2.10 and later.</summary>
    [JsonPropertyName("metadata")]
    public IDictionary<string, string>? Metadata { get; set; }

    [JsonPropertyName("priority_groups")]
    public ICollection<string>? PriorityGroups { get; init; }

    [JsonPropertyName("priority_policy")]
    public ConsumerConfigPriorityPolicy? PriorityPolicy { get; init; }

    /// <summary>After how long without a pull a pinned client loses its pin.</summary>
    [JsonPropertyName("priority_timeout")]
    public TimeSpan? PinnedTTL { get; init; }
}
