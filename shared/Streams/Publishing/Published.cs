namespace RideIngest.Streams.Publishing;

/// <summary>The result of a publish.</summary>
public enum PublishEnd
{
    /// <summary>The stream has the message.</summary>
    Taken,

    /// <summary>The stream refused the message, because it is full or the message is too large.</summary>
    Refused,

    /// <summary>No stream can be reached, and no stream has the message.</summary>
    Away,

    /// <summary>The message was sent but not acknowledged, so the stream may have it.</summary>
    Unknown,
}

/// <summary>The result of a publish, with details.</summary>
/// <param name="Sequence">The sequence in the stream; 0 if the stream does not have the message.</param>
/// <param name="Reason">The reason why the stream does not have the message.</param>
public readonly record struct Published(PublishEnd End, ulong Sequence = 0, string? Reason = null);
