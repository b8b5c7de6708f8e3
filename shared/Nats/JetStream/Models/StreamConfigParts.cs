using System.Text.Json.Serialization;

namespace NATS.Client.JetStream.Models;

/// <summary>Where in a cluster the stream should live.</summary>
public record Placement
{
    [JsonPropertyName("cluster")]
    public string? Cluster { get; set; }

    [JsonPropertyName("tags")]
    public ICollection<string>? Tags { get; set; }
}

/// <summary>Copies what is stored to another subject.</summary>
public record Republish
{
    [JsonPropertyName("src")]
    public required string Src { get; set; }

    [JsonPropertyName("dest")]
    public required string Dest { get; set; }

    [JsonPropertyName("headers_only")]
    public bool HeadersOnly { get; set; }
}

/// <summary>Rewrites the subject of what is stored.</summary>
public record SubjectTransform
{
    [JsonPropertyName("src")]
    public string? Src { get; set; }

    [JsonPropertyName("dest")]
    public required string Dest { get; set; }
}
