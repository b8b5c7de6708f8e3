using System.Text.Json.Serialization;

namespace NATS.Client.JetStream.Models;

public record ConsumerListRequest : IterableRequest;

/// <summary>One page of consumers.</summary>
public record ConsumerListResponse : IterableResponse
{
    [JsonPropertyName("consumers")]
    public ICollection<ConsumerInfo> Consumers { get; set; } = [];
}

public record ConsumerNamesRequest : IterableRequest
{
    [JsonPropertyName("subject")]
    public string? Subject { get; set; }
}

/// <summary>One page of consumer names.</summary>
public record ConsumerNamesResponse : IterableResponse
{
    [JsonPropertyName("consumers")]
    public ICollection<string> Consumers { get; set; } = [];
}

public record ConsumerDeleteResponse
{
    [JsonPropertyName("success")]
    public bool Success { get; set; }
}
