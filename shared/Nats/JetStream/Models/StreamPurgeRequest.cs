using System.Text.Json.Serialization;

namespace NATS.Client.JetStream.Models;

/// <summary>Purges by subject, and either up to a sequence or all but the newest.</summary>
public record StreamPurgeRequest
{
    [JsonPropertyName("filter")]
    public string? Filter { get; set; }

    [JsonPropertyName("seq")]
    public ulong Seq { get; set; }

    [JsonPropertyName("keep")]
    public ulong Keep { get; set; }
}

public record StreamPurgeResponse
{
    [JsonPropertyName("success")]
    public bool Success { get; set; }

    [JsonPropertyName("purged")]
    public long Purged { get; set; }
}
