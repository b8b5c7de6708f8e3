namespace RideIngest.Contracts.Frames;

/// <summary>The headers of a frame. A foreign publisher may leave out all of them.</summary>
public static class FrameHeaders
{
    /// <summary>The subject that the <see cref="FrameReply"/> is sent to.</summary>
    public const string Reply = "Ride-Reply";

    /// <summary>How many records the frame has.</summary>
    public const string Count = "Ride-Count";

    /// <summary>The frame's id: JetStream stores frames with the same one once.</summary>
    public const string Id = "Nats-Msg-Id";

    /// <summary>The trace that the frame was published in.</summary>
    public const string TraceParent = "traceparent";

    /// <summary>The traces of the records, where not all have the frame's; see <see cref="FrameTraces"/>.</summary>
    public const string Traces = "Ride-Traces";
}
