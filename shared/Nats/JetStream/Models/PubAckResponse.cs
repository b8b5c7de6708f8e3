using System.Text.Json.Serialization;

namespace NATS.Client.JetStream.Models;

/// <summary>The server's answer to a publish: where the message is stored, or why it is not.</summary>
public record PubAckResponse
{
    /// <summary>Set when nothing was stored.</summary>
    [JsonPropertyName("error")]
    public ApiError? Error { get; set; }

    [JsonPropertyName("stream")]
    public string? Stream { get; set; }

    [JsonPropertyName("seq")]
    public ulong Seq { get; set; }

    /// <summary>The message id was stored before, at <see cref="Seq"/>.</summary>
    [JsonPropertyName("duplicate")]
    public bool Duplicate { get; set; }

    [JsonPropertyName("domain")]
    public string? Domain { get; set; }

    [JsonPropertyName("val")]
    public string? Value { get; set; }
}
