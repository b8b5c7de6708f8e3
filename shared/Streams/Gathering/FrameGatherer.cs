using System.Diagnostics;

namespace RideIngest.Streams.Gathering;

/// <summary>Gathers items into frames that grow with the load.</summary>
/// <remarks>
/// An item is sent at once if no frame is in flight. Otherwise it joins the next frame, which is sent when it is a quarter larger than all
/// frames in flight plus the items of the last settled frame, whose senders may soon send again. A full frame is sent when a frame in
/// flight ends. A frame is in flight until it is settled, because its receiver could not process the next one sooner, but only briefly
/// after the stream has it, so that a slow receiver does not hold frames back from the stream.
/// </remarks>
/// <param name="send">Sends a frame and completes when the stream has it or its outcome is settled. Never throws.</param>
/// <param name="oneInFlight">
/// Sends the next frame only when the last one has ended: for items whose senders wait only until the stream has them, which is soon.
/// </param>
public sealed class FrameGatherer<TFrame, TItem>(
    Func<TFrame> create, Func<TFrame, bool> isFull, Func<TFrame, Task> send, bool oneInFlight = false)
    where TFrame : class, IGatheredFrame<TItem>
{
    /// <summary>How long a frame stays in flight after the stream has it, and how long its senders are expected to send again.</summary>
    private static readonly TimeSpan SettlesWithin = TimeSpan.FromMilliseconds(25);

    private readonly Lock _gate = new();
    private readonly Queue<TFrame> _full = new();
    private TFrame? _gathering;
    private int _underWay;
    private int _comingBack;
    private long _answeredAt;

    private int Enough
    {
        get
        {
            if (_underWay == 0)
                return 0;
            if (oneInFlight)
                return int.MaxValue;
            var soon = _comingBack > 0 && Stopwatch.GetElapsedTime(_answeredAt) < SettlesWithin ? _comingBack : 0;
            return _underWay + _underWay / 4 + soon;
        }
    }

    /// <returns>The frame that contains the item.</returns>
    public TFrame Add(TItem item)
    {
        TFrame? leaving = null;
        TFrame frame;
        lock (_gate)
        {
            frame = _gathering ??= create();
            frame.Add(item);
            _comingBack = Math.Max(0, _comingBack - 1);
            if (frame.Count >= Enough)
                leaving = Take(frame);
            else if (isFull(frame))
            {
                _full.Enqueue(frame);
                _gathering = null;
            }
        }
        if (leaving is not null)
            _ = SendAsync(leaving);
        return frame;
    }

    /// <summary>Sends this frame and then the next ones while there are any.</summary>
    private async Task SendAsync(TFrame first)
    {
        for (var frame = first; frame is not null; frame = After(frame))
        {
            await send(frame);
            if (!frame.IsSettled && !HasFull())
                await frame.Ended.WaitAsync(SettlesWithin).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private bool HasFull()
    {
        lock (_gate)
            return _full.Count > 0;
    }

    private TFrame? After(TFrame ended)
    {
        lock (_gate)
        {
            _underWay -= ended.Count;
            (_comingBack, _answeredAt) = (ended.IsSettled ? ended.Count : 0, Stopwatch.GetTimestamp());
            if (_full.TryDequeue(out var full))
            {
                _underWay += full.Count;
                return full;
            }
            return _gathering is { } gathered && gathered.Count >= Enough ? Take(gathered) : null;
        }
    }

    private TFrame Take(TFrame gathered)
    {
        _underWay += gathered.Count;
        _gathering = null;
        return gathered;
    }
}
