using System.Text.Json.Serialization;

namespace NATS.Client.JetStream.Models;

/// <summary>Asks for the page that begins at <see cref="Offset"/>.</summary>
public record IterableRequest
{
    [JsonPropertyName("offset")]
    public int Offset { get; set; }
}

/// <summary>One page of a longer list.</summary>
public record IterableResponse
{
    [JsonPropertyName("total")]
    public int Total { get; set; }

    [JsonPropertyName("offset")]
    public int Offset { get; set; }

    [JsonPropertyName("limit")]
    public int Limit { get; set; }
}
