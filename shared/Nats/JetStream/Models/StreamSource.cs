using System.Text.Json.Serialization;
using NATS.Client.JetStream.Wire;

namespace NATS.Client.JetStream.Models;

/// <summary>A stream to copy from, as a mirror or as one of several sources.</summary>
public record StreamSource
{
    [JsonPropertyName("name")]
    public required string Name { get; set; }

    [JsonPropertyName("opt_start_seq")]
    public ulong OptStartSeq { get; set; }

    [JsonPropertyName("opt_start_time")]
    public DateTimeOffset OptStartTime { get; set; }

    [JsonPropertyName("filter_subject")]
    public string? FilterSubject { get; set; }

    [JsonPropertyName("subject_transforms")]
    public ICollection<SubjectTransform>? SubjectTransforms { get; set; }

    [JsonPropertyName("external")]
    public ExternalStreamSource? External { get; set; }

    [JsonPropertyName("consumer")]
    public StreamConsumerSource? Consumer { get; set; }

    /// <summary>Shorthand for an <see cref="External"/> with that domain's API prefix; never sent itself.</summary>
    [JsonIgnore]
    public string? Domain { get; set; }
}

/// <summary>The API prefix by which another account or domain is reached.</summary>
public record ExternalStreamSource
{
    [JsonPropertyName("api")]
    public required string Api { get; set; }

    [JsonPropertyName("deliver")]
    public string? Deliver { get; set; }
}

public record StreamConsumerSource
{
    [JsonPropertyName("name")]
    public required string Name { get; set; }

    [JsonPropertyName("deliver_subject")]
    public string? DeliverSubject { get; set; }
}

/// <summary>How far a mirror or source has come.</summary>
public record StreamSourceInfo
{
    [JsonPropertyName("name")]
    public required string Name { get; set; }

    [JsonPropertyName("filter_subject")]
    public string? FilterSubject { get; set; }

    [JsonPropertyName("subject_transform_dest")]
    public string? SubjectTransformDest { get; set; }

    [JsonPropertyName("lag")]
    public long Lag { get; set; }

    /// <summary>Time since the source was last heard of, or null when it never was.</summary>
    [JsonPropertyName("active")]
    [JsonConverter(typeof(SourceActivityConverter))]
    public TimeSpan? Active { get; set; }

    [JsonPropertyName("external")]
    public ExternalStreamSource? External { get; set; }

    [JsonPropertyName("error")]
    public ApiError? Error { get; set; }
}
