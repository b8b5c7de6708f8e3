namespace RideIngest.Producer.Sending;

/// <summary>What came of publishing a frame.</summary>
internal enum PublishEnd
{
    /// <summary>The stream has it.</summary>
    Taken,

    /// <summary>The stream answered that it does not take it: it is full, most likely. It has none of it.</summary>
    Refused,

    /// <summary>There is no stream to be reached, and none has it.</summary>
    Away,

    /// <summary>It was sent and no answer came: the stream may have it.</summary>
    Unknown,
}

/// <param name="Sequence">When taken: its place in the stream.</param>
/// <param name="Reason">When not: why.</param>
internal readonly record struct Published(PublishEnd End, ulong Sequence = 0, string? Reason = null);
