using System.Diagnostics;

namespace RideIngest.Streams.Gathering;

/// <summary>
/// Gathers single items into frames that are as large as the load makes them. An item that finds no frame under way is sent at once.
/// Otherwise it gathers, and the frame is sent when it is a quarter larger than all that is under way, plus as many items as the last
/// settled frame had whose senders may come back. A full frame is sent when any under way has ended. A frame is under way until it is
/// settled, since its receiver could not process the next one any sooner; but no longer than a moment after the stream has it, so that a
/// slow receiver keeps nothing from the stream.
/// </summary>
/// <param name="send">Sends a frame, and completes when the stream has it or it is settled otherwise. Never throws.</param>
public sealed class FrameGatherer<TFrame, TItem>(Func<TFrame> create, Func<TFrame, bool> isFull, Func<TFrame, Task> send)
    where TFrame : class, IGatheredFrame<TItem>
{
    /// <summary>How long a frame counts as under way after the stream has it, and senders that were answered may come back.</summary>
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
            var soon = _comingBack > 0 && Stopwatch.GetElapsedTime(_answeredAt) < SettlesWithin ? _comingBack : 0;
            return _underWay + _underWay / 4 + soon;
        }
    }

    /// <returns>The frame that the item is in.</returns>
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

    /// <summary>Sends frames one after the other for as long as there are any.</summary>
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
