using System.Text.Json.Serialization;

namespace NATS.Client.JetStream.Models;

/// <summary>Until when a consumer is paused.</summary>
public record ConsumerPauseResponse
{
    [JsonPropertyName("paused")]
    public bool IsPaused { get; init; }

    [JsonPropertyName("pause_until")]
    public DateTimeOffset PauseUntil { get; init; }

    [JsonPropertyName("pause_remaining")]
    public TimeSpan? PauseRemaining { get; init; }
}
