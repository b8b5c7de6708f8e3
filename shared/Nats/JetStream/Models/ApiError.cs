using System.Text.Json.Serialization;

namespace NATS.Client.JetStream.Models;

/// <summary>The error a JetStream call was answered with.</summary>
public record ApiError
{
    /// <summary>As in HTTP.</summary>
    [JsonPropertyName("code")]
    public int Code { get; set; }

    [JsonPropertyName("description")]
    public string? Description { get; set; }

    /// <summary>Tells one cause from another; see the server's list of error codes.</summary>
    [JsonPropertyName("err_code")]
    public int ErrCode { get; set; }
}
