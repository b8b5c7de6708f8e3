using System.Text.Json.Serialization;

namespace NATS.Client.JetStream.Models;

/// <summary>A stream as the server has it: configuration and state.</summary>
public record StreamInfo
{
    [JsonPropertyName("config")]
    public StreamConfig Config { get; set; } = new();

    [JsonPropertyName("state")]
    public StreamState State { get; set; } = new();

    [JsonPropertyName("created")]
    public DateTimeOffset Created { get; set; }

    [JsonPropertyName("ts")]
    public DateTimeOffset Ts { get; set; }

    [JsonPropertyName("cluster")]
    public ClusterInfo? Cluster { get; set; }

    [JsonPropertyName("mirror")]
    public StreamSourceInfo? Mirror { get; set; }

    [JsonPropertyName("sources")]
    public ICollection<StreamSourceInfo>? Sources { get; set; }

    [JsonPropertyName("alternates")]
    public ICollection<StreamAlternate>? Alternates { get; set; }
}

/// <summary>Asks for the details that stream info leaves out.</summary>
public record StreamInfoRequest
{
    [JsonPropertyName("deleted_details")]
    public bool DeletedDetails { get; set; }

    [JsonPropertyName("subjects_filter")]
    public string? SubjectsFilter { get; set; }

    [JsonPropertyName("offset")]
    public int Offset { get; set; }
}

public record StreamInfoResponse : StreamInfo
{
    [JsonPropertyName("total")]
    public int Total { get; set; }

    [JsonPropertyName("offset")]
    public int Offset { get; set; }

    [JsonPropertyName("limit")]
    public int Limit { get; set; }
}

/// <summary>Another copy of the stream, such as a mirror.</summary>
public record StreamAlternate
{
    [JsonPropertyName("name")]
    public required string Name { get; set; }

    [JsonPropertyName("cluster")]
    public required string Cluster { get; set; }

    [JsonPropertyName("domain")]
    public string? Domain { get; set; }
}
