using System.Diagnostics;
using RideIngest.Records.Kinds;
using RideIngest.Streams.Gathering;

namespace RideIngest.Producer.Sending;

/// <summary>A record, the span of its request, and the request that waits for its outcome.</summary>
internal readonly record struct GatheredRecord(Record<long> Record, Activity? Request, PendingRecord Pending);

/// <summary>Sends single records of one kind in frames.</summary>
internal sealed class RecordGatherer(Kind kind, FrameSender sender, FrameLimits limits)
{
    private readonly FrameGatherer<SharedFrame, GatheredRecord> _frames = new(() => new SharedFrame(kind), limits.IsFull, sender.SendAsync);

    public ValueTask<Settled> SendAsync(Record<long> record, Activity? request, long deadline)
    {
        var pending = PendingRecord.Rent(deadline);
        var settled = pending.Task;
        _frames.Add(new GatheredRecord(record, request, pending));
        return settled;
    }
}
