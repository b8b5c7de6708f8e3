namespace RideIngest.Streams.Gathering;

/// <summary>A frame that a <see cref="FrameGatherer{TFrame, TItem}"/> fills and sends.</summary>
public interface IGatheredFrame<in TItem>
{
    int Count { get; }

    /// <summary>Whether every item has its outcome.</summary>
    bool IsSettled { get; }

    /// <summary>Completes when the frame is settled.</summary>
    Task Ended { get; }

    /// <summary>Adds an item. Called only while the frame gathers, by one thread at a time.</summary>
    void Add(TItem item);
}
