using System.Text.Json.Serialization;

namespace NATS.Client.JetStream.Models;

/// <summary>The replication group of a stream or a consumer.</summary>
public record ClusterInfo
{
    [JsonPropertyName("name")]
    public string? Name { get; set; }

    [JsonPropertyName("raft_group")]
    public string? RaftGroup { get; set; }

    [JsonPropertyName("leader")]
    public string? Leader { get; set; }

    [JsonPropertyName("replicas")]
    public ICollection<PeerInfo>? Replicas { get; set; }

    [JsonPropertyName("leader_since")]
    public DateTimeOffset LeaderSince { get; init; }

    [JsonPropertyName("system_account")]
    public bool SystemAccount { get; init; }

    [JsonPropertyName("traffic_account")]
    public string? TrafficAccount { get; init; }
}

/// <summary>A follower in a replication group.</summary>
public record PeerInfo
{
    [JsonPropertyName("name")]
    public required string Name { get; set; }

    [JsonPropertyName("current")]
    public bool Current { get; set; }

    [JsonPropertyName("active")]
    public TimeSpan Active { get; set; }

    [JsonPropertyName("offline")]
    public bool Offline { get; set; }

    [JsonPropertyName("lag")]
    public ulong Lag { get; set; }
}
