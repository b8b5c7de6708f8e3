namespace RideIngest.Contracts.Frames;

/// <summary>The headers of a frame. All are optional.</summary>
public static class FrameHeaders
{
    /// <summary>The subject to send the <see cref="FrameReply"/> to.</summary>
    public const string Reply = "Ride-Reply";

    /// <summary>The number of records in the frame.</summary>
    public const string Count = "Ride-Count";

    /// <summary>The frame's id, by which JetStream discards duplicates.</summary>
    public const string Id = "Nats-Msg-Id";

    /// <summary>Begins the id of a message with which a dead letter is sent again.</summary>
    public const string ReplayId = "replay-";

    /// <summary>How often the frame's events were tried before, in another frame.</summary>
    public const string Attempts = "Ride-Attempts";

    /// <summary>When to try the frame's event again, in milliseconds since 1970.</summary>
    public const string RetryAt = "Ride-Retry-At";

    /// <summary>The trace context of the publisher.</summary>
    public const string TraceParent = "traceparent";

    /// <summary>What vendors add to the trace context.</summary>
    public const string TraceState = "tracestate";

    /// <summary>The trace contexts of records that differ from the frame's; see <see cref="FrameTraces"/>.</summary>
    public const string Traces = "Ride-Traces";
}
