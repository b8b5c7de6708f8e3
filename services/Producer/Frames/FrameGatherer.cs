using System.Diagnostics;
using RideIngest.Producer.Replies;
using RideIngest.Records;

namespace RideIngest.Producer.Frames;

/// <summary>
/// Gathers single records of one kind into frames, without a timer: while fewer frames than the window are on their way to the stream, a record leaves
/// at once; while the window is full, what arrives gathers and leaves as the next frame. So frames are as large as the load makes them.
/// </summary>
internal sealed class FrameGatherer(Kind kind, FrameSender sender, FrameLimits limits, ProducerSettings settings)
{
    private readonly Lock _gate = new();
    private readonly Queue<SharedFrame> _full = new();
    private SharedFrame? _gathering;
    private int _onTheirWay;

    public ValueTask<Settled> SendAsync(Record record, ActivityContext trace, long deadline)
    {
        var pending = PendingRecord.Rent(deadline);
        var settled = pending.Task;
        SharedFrame? leaving = null;
        lock (_gate)
        {
            var frame = _gathering ??= new SharedFrame(kind);
            frame.Add(record, trace, pending);
            if (_onTheirWay < settings.FramesInFlight)
            {
                _onTheirWay++;
                leaving = frame;
                _gathering = null;
            }
            else if (limits.IsFull(frame))
            {
                _full.Enqueue(frame);
                _gathering = null;
            }
        }
        if (leaving is not null)
            _ = LeaveAsync(leaving);
        return settled;
    }

    /// <summary>Sends frames one after the other for as long as there are any.</summary>
    private async Task LeaveAsync(SharedFrame first)
    {
        for (var frame = first; frame is not null; frame = Next())
            await sender.SendAsync(frame);
    }

    private SharedFrame? Next()
    {
        lock (_gate)
        {
            if (_full.TryDequeue(out var full))
                return full;
            var gathered = _gathering;
            _gathering = null;
            if (gathered is null)
                _onTheirWay--;
            return gathered;
        }
    }
}
