namespace RideIngest.Streams.Publishing;

/// <summary>How a publish ended.</summary>
public enum PublishEnd
{
    /// <summary>The stream has it.</summary>
    Taken,

    /// <summary>The stream answered that it does not take it, since it is full or the message too large. It has none of it.</summary>
    Refused,

    /// <summary>No stream can be reached, and none has it.</summary>
    Away,

    /// <summary>It was sent and not acknowledged: the stream may have it.</summary>
    Unknown,
}

/// <summary>What became of a publish.</summary>
/// <param name="Sequence">Its place in the stream, when that has it.</param>
/// <param name="Reason">Why the stream does not have it.</param>
public readonly record struct Published(PublishEnd End, ulong Sequence = 0, string? Reason = null);
