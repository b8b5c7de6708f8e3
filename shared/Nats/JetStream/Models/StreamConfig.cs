using System.Text.Json.Serialization;

namespace NATS.Client.JetStream.Models;

/// <summary>What a stream keeps, and how. Unset members are not sent: the server fills in its defaults.</summary>
public record StreamConfig
{
    public StreamConfig()
    {
    }

    public StreamConfig(string name, ICollection<string> subjects)
    {
        Name = name;
        Subjects = subjects;
    }

    [JsonPropertyName("name")]
    public string? Name { get; set; }

    [JsonPropertyName("description")]
    public string? Description { get; set; }

    [JsonPropertyName("subjects")]
    public ICollection<string>? Subjects { get; set; }

    [JsonPropertyName("subject_transform")]
    public SubjectTransform? SubjectTransform { get; set; }

    [JsonPropertyName("retention")]
    public StreamConfigRetention Retention { get; set; }

    [JsonPropertyName("max_consumers")]
    public int MaxConsumers { get; set; }

    [JsonPropertyName("max_msgs")]
    public long MaxMsgs { get; set; }

    [JsonPropertyName("max_msgs_per_subject")]
    public long MaxMsgsPerSubject { get; set; }

    [JsonPropertyName("max_bytes")]
    public long MaxBytes { get; set; }

    [JsonPropertyName("max_age")]
    public TimeSpan MaxAge { get; set; }

    [JsonPropertyName("max_msg_size")]
    public int MaxMsgSize { get; set; }

    [JsonPropertyName("storage")]
    public StreamConfigStorage Storage { get; set; }

    [JsonPropertyName("compression")]
    public StreamConfigCompression Compression { get; set; }

    [JsonPropertyName("num_replicas")]
    public int NumReplicas { get; set; }

    [JsonPropertyName("no_ack")]
    public bool NoAck { get; set; }

    [JsonPropertyName("template_owner")]
    public string? TemplateOwner { get; set; }

    [JsonPropertyName("discard")]
    public StreamConfigDiscard Discard { get; set; }

    /// <summary>For how long a <c>Nats-Msg-Id</c> is remembered; the server's default is two minutes.</summary>
    [JsonPropertyName("duplicate_window")]
    public TimeSpan DuplicateWindow { get; set; }

    [JsonPropertyName("placement")]
    public Placement? Placement { get; set; }

    [JsonPropertyName("mirror")]
    public StreamSource? Mirror { get; set; }

    [JsonPropertyName("sources")]
    public ICollection<StreamSource>? Sources { get; set; }

    [JsonPropertyName("sealed")]
    public bool Sealed { get; set; }

    [JsonPropertyName("deny_delete")]
    public bool DenyDelete { get; set; }

    [JsonPropertyName("deny_purge")]
    public bool DenyPurge { get; set; }

    /// <summary>Lets a publish replace what is stored (<c>Nats-Rollup</c>).</summary>
    [JsonPropertyName("allow_rollup_hdrs")]
    public bool AllowRollupHdrs { get; set; }

    /// <summary>Lets any replica answer message reads, without going through the leader.</summary>
    [JsonPropertyName("allow_direct")]
    public bool AllowDirect { get; set; }

    [JsonPropertyName("mirror_direct")]
    public bool MirrorDirect { get; set; }

    [JsonPropertyName("republish")]
    public Republish? Republish { get; set; }

    [JsonPropertyName("discard_new_per_subject")]
    public bool DiscardNewPerSubject { get; set; }

    /// <summary>Server 2.11 and later.</summary>
    [JsonPropertyName("allow_msg_ttl")]
    public bool AllowMsgTTL { get; set; }

    [JsonPropertyName("subject_delete_marker_ttl")]
    public TimeSpan SubjectDeleteMarkerTTL { get; set; }

    /// <summary>Server 2.10 and later.</summary>
    [JsonPropertyName("metadata")]
    public IDictionary<string, string>? Metadata { get; set; }

    [JsonPropertyName("allow_msg_counter")]
    public bool AllowMsgCounter { get; set; }

    [JsonPropertyName("allow_msg_schedules")]
    public bool AllowMsgSchedules { get; set; }

    [JsonPropertyName("allow_atomic")]
    public bool AllowAtomicPublish { get; set; }

    [JsonPropertyName("persist_mode")]
    public StreamConfigPersistMode? PersistMode { get; set; }

    [JsonPropertyName("allow_batched")]
    public bool AllowBatchPublish { get; set; }
}
