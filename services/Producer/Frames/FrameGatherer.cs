using System.Diagnostics;
using RideIngest.Producer.Replies;
using RideIngest.Records;

namespace RideIngest.Producer.Frames;

/// <summary>
/// Gathers single records of one kind into frames: while fewer frames than the window are on their way, a record leaves at once; while the window is
/// full, what arrives gathers and leaves as the next frame. So frames are as large as the load makes them. A frame is on its way until it is settled,
/// since whoever stores it could not store the next one any sooner. Only a slow store is not waited for, nor any store by full frames, once the
/// stream has the frame before it.
/// </summary>
internal sealed class FrameGatherer(Kind kind, FrameSender sender, FrameLimits limits, ProducerSettings settings)
{
    private static readonly TimeSpan SettlesWithin = TimeSpan.FromMilliseconds(25);

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
        {
            await sender.SendAsync(frame);
            if (!frame.IsSettled && !HasFull())
                await frame.Ended.WaitAsync(SettlesWithin).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private bool HasFull()
    {
        lock (_gate)
            return _full.Count > 0;
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
