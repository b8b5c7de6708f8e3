using System.Collections.Concurrent;
using RideIngest.Producer.Frames;
using RideIngest.Spine;

namespace RideIngest.Producer.Replies;

/// <summary>The frames whose outcome is awaited, by number. One look-up per frame finds all of its waiting requests.</summary>
internal sealed class PendingReplies : IDisposable
{
    private static readonly TimeSpan SweepEvery = TimeSpan.FromMilliseconds(50);

    private readonly ConcurrentDictionary<long, Frame> _frames = new();
    private readonly ConsumerNews _news;
    private readonly Timer _sweeper;
    private long _last;
    private int _sweeping;

    public PendingReplies(ConsumerNews news)
    {
        _news = news;
        _sweeper = new Timer(static self => ((PendingReplies)self!).Sweep(), this, SweepEvery, SweepEvery);
    }

    public int Count => _frames.Count;

    /// <summary>Gives the frame its number. From here on a reply finds it, until it is settled.</summary>
    public void Add(Frame frame)
    {
        frame.Number = Interlocked.Increment(ref _last);
        _frames[frame.Number] = frame;
    }

    public void Replied(long number, FrameReply reply)
    {
        if (_frames.TryRemove(number, out var frame))
            frame.Replied(reply);
    }

    public void Dispose() => _sweeper.Dispose();

    private void Sweep()
    {
        if (Interlocked.Exchange(ref _sweeping, 1) != 0)
            return;
        var (now, storing) = (Environment.TickCount64, _news.Storing);
        foreach (var (number, frame) in _frames)
        {
            if (!frame.IsSettled)
                frame.Sweep(now, storing);
            if (frame.IsSettled)
                _frames.TryRemove(number, out _);
        }
        Volatile.Write(ref _sweeping, 0);
    }
}
