using System.Text.Json.Serialization;

namespace NATS.Client.JetStream.Models;

public record StreamListRequest
{
    [JsonPropertyName("subject")]
    public string? Subject { get; set; }

    [JsonPropertyName("offset")]
    public int Offset { get; set; }
}

/// <summary>One page of streams.</summary>
public record StreamListResponse : IterableResponse
{
    [JsonPropertyName("streams")]
    public ICollection<StreamInfo> Streams { get; set; } = [];

    [JsonPropertyName("missing")]
    public ICollection<string>? Missing { get; set; }
}

public record StreamNamesRequest
{
    [JsonPropertyName("subject")]
    public string? Subject { get; set; }

    [JsonPropertyName("offset")]
    public int Offset { get; set; }
}

/// <summary>One page of stream names.</summary>
public record StreamNamesResponse : IterableResponse
{
    [JsonPropertyName("streams")]
    public ICollection<string>? Streams { get; set; }
}

public record StreamDeleteResponse
{
    [JsonPropertyName("success")]
    public bool Success { get; set; }
}
