using System.Text.Json.Serialization;

namespace NATS.Client.JetStream.Models;

/// <summary>What the stream holds.</summary>
public record StreamState
{
    [JsonPropertyName("messages")]
    public long Messages { get; set; }

    [JsonPropertyName("bytes")]
    public long Bytes { get; set; }

    [JsonPropertyName("first_seq")]
    public ulong FirstSeq { get; set; }

    [JsonPropertyName("first_ts")]
    public string? FirstTs { get; set; }

    [JsonPropertyName("last_seq")]
    public ulong LastSeq { get; set; }

    [JsonPropertyName("last_ts")]
    public string? LastTs { get; set; }

    /// <summary>Filled only for <see cref="StreamInfoRequest.DeletedDetails"/>.</summary>
    [JsonPropertyName("deleted")]
    public ICollection<long>? Deleted { get; set; }

    /// <summary>Messages per subject; filled only for a <see cref="StreamInfoRequest.SubjectsFilter"/>.</summary>
    [JsonPropertyName("subjects")]
    public IDictionary<string, long>? Subjects { get; set; }

    [JsonPropertyName("num_subjects")]
    public long NumSubjects { get; set; }

    [JsonPropertyName("num_deleted")]
    public long NumDeleted { get; set; }

    [JsonPropertyName("lost")]
    public LostStreamData? Lost { get; set; }

    [JsonPropertyName("consumer_count")]
    public long ConsumerCount { get; set; }
}

/// <summary>Messages that could not be recovered from disk.</summary>
public record LostStreamData
{
    [JsonPropertyName("msgs")]
    public ICollection<long>? Msgs { get; set; }

    [JsonPropertyName("bytes")]
    public long Bytes { get; set; }
}
