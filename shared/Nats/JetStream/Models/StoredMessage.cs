using System.Text.Json.Serialization;

namespace NATS.Client.JetStream.Models;

/// <summary>A message as it lies in the stream.</summary>
public record StoredMessage
{
    [JsonPropertyName("subject")]
    public required string Subject { get; set; }

    [JsonPropertyName("seq")]
    public ulong Seq { get; set; }

    [JsonPropertyName("data")]
    public ReadOnlyMemory<byte> Data { get; set; }

    [JsonPropertyName("time")]
    public required DateTimeOffset Time { get; set; }

    /// <summary>The header block, in base64.</summary>
    [JsonPropertyName("hdrs")]
    public string? Hdrs { get; set; }
}

/// <summary>Selects one message: by sequence, the last of a subject, or the next of a subject from a sequence on.</summary>
public record StreamMsgGetRequest
{
    [JsonPropertyName("seq")]
    public ulong Seq { get; set; }

    [JsonPropertyName("last_by_subj")]
    public string? LastBySubj { get; set; }

    [JsonPropertyName("next_by_subj")]
    public string? NextBySubj { get; set; }
}

public record StreamMsgGetResponse
{
    [JsonPropertyName("message")]
    public required StoredMessage Message { get; set; }
}

/// <summary>Deletes one message; its bytes are overwritten unless <see cref="NoErase"/>.</summary>
public record StreamMsgDeleteRequest
{
    [JsonPropertyName("seq")]
    public ulong Seq { get; set; }

    [JsonPropertyName("no_erase")]
    public bool NoErase { get; set; }
}

public record StreamMsgDeleteResponse
{
    [JsonPropertyName("success")]
    public bool Success { get; set; }
}
