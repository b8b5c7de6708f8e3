using System.Text.Json.Serialization;

namespace NATS.Client.JetStream.Models;

/// <summary>What the account uses of JetStream, and what it may use.</summary>
public record AccountInfoResponse : AccountStats;

/// <summary>The usage part of <see cref="AccountInfoResponse"/>.</summary>
public record AccountStats
{
    [JsonPropertyName("memory")]
    public ulong Memory { get; set; }

    [JsonPropertyName("storage")]
    public ulong Storage { get; set; }

    [JsonPropertyName("streams")]
    public int Streams { get; set; }

    [JsonPropertyName("consumers")]
    public int Consumers { get; set; }

    [JsonPropertyName("domain")]
    public string? Domain { get; set; }

    [JsonPropertyName("limits")]
    public AccountLimits Limits { get; set; } = new();

    [JsonPropertyName("tiers")]
    public IDictionary<string, Tier>? Tiers { get; set; }

    [JsonPropertyName("api")]
    public ApiStats Api { get; set; } = new();
}
