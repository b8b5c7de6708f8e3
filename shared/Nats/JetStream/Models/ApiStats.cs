using System.Text.Json.Serialization;

namespace NATS.Client.JetStream.Models;

/// <summary>How often the account called the JetStream API.</summary>
public record ApiStats
{
    [JsonPropertyName("level")]
    public int Level { get; set; }

    [JsonPropertyName("total")]
    public ulong Total { get; set; }

    [JsonPropertyName("errors")]
    public ulong Errors { get; set; }

    [JsonPropertyName("inflight")]
    public ulong Inflight { get; set; }
}
