using System.Diagnostics;
using RideIngest.Records.Kinds;

namespace RideIngest.Producer.Sending;

/// <summary>
/// Gathers single records of one kind into frames. A record that finds nothing on its way leaves at once; otherwise it gathers, and the
/// frame leaves when it has become a quarter as large again as all that is on its way, and larger by as many as the frame that ended last
/// had and are not back yet. A full one leaves when any on its way has ended. So frames are as large as the load makes them. A frame is on
/// its way until it is settled, since whoever stores it could not store the next one any sooner; but a slow store, or none, keeps no record
/// from the stream.
/// </summary>
internal sealed class FrameGatherer(Kind kind, FrameSender sender, FrameLimits limits)
{
    /// <summary>After the stream has a frame; then it counts no more. And so soon senders who were answered come back, or do not.</summary>
    private static readonly TimeSpan SettlesWithin = TimeSpan.FromMilliseconds(25);

    private readonly Lock _gate = new();
    private readonly Queue<SharedFrame> _full = new();
    private SharedFrame? _gathering;
    private int _recordsOnTheirWay;
    private int _comingBack;
    private long _answeredAt;

    private int Enough
    {
        get
        {
            if (_recordsOnTheirWay == 0)
                return 0;
            var soon = _comingBack > 0 && Stopwatch.GetElapsedTime(_answeredAt) < SettlesWithin ? _comingBack : 0;
            return _recordsOnTheirWay + _recordsOnTheirWay / 4 + soon;
        }
    }

    public ValueTask<Settled> SendAsync(Record record, Activity? request, long deadline)
    {
        var pending = PendingRecord.Rent(deadline);
        var settled = pending.Task;
        SharedFrame? leaving = null;
        lock (_gate)
        {
            var frame = _gathering ??= new SharedFrame(kind);
            frame.Add(record, request, pending);
            _comingBack = Math.Max(0, _comingBack - 1);
            if (frame.Count >= Enough)
                leaving = Take(frame);
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
        for (var frame = first; frame is not null; frame = After(frame))
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

    private SharedFrame? After(SharedFrame ended)
    {
        lock (_gate)
        {
            _recordsOnTheirWay -= ended.Count;
            (_comingBack, _answeredAt) = (ended.IsSettled ? ended.Count : 0, Stopwatch.GetTimestamp());
            if (_full.TryDequeue(out var full))
            {
                _recordsOnTheirWay += full.Count;
                return full;
            }
            return _gathering is { } gathered && gathered.Count >= Enough ? Take(gathered) : null;
        }
    }

    private SharedFrame Take(SharedFrame gathered)
    {
        _recordsOnTheirWay += gathered.Count;
        _gathering = null;
        return gathered;
    }
}
