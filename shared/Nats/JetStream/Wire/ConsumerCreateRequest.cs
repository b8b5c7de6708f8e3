using System.Text.Json.Serialization;
using NATS.Client.JetStream.Models;

namespace NATS.Client.JetStream.Wire;

internal sealed record ConsumerCreateRequest
{
    [JsonPropertyName("stream_name")]
    public required string StreamName { get; init; }

    [JsonPropertyName("config")]
    public required ConsumerConfig Config { get; init; }

    /// <summary>Left out unless it restricts: servers before 2.10 do not know it, and take every request as create-or-update.</summary>
    [JsonPropertyName("action")]
    public ConsumerCreateAction Action { get; init; }
}

[JsonConverter(typeof(WireEnumConverter<ConsumerCreateAction>))]
internal enum ConsumerCreateAction
{
    CreateOrUpdate,
    Create,
    Update,
}

internal sealed record ConsumerPauseRequest
{
    [JsonPropertyName("pause_until")]
    public DateTimeOffset PauseUntil { get; init; }
}
