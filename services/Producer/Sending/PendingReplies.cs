using System.Collections.Concurrent;
using RideIngest.Contracts.Frames;
using RideIngest.Hosting.Config;
using RideIngest.Producer.Telemetry;

namespace RideIngest.Producer.Sending;

/// <summary>The frames whose outcome is awaited, by number. One look-up per frame finds all of its waiting requests.</summary>
internal sealed class PendingReplies : IDisposable
{
    private static readonly TimeSpan SweepEvery = TimeSpan.FromMilliseconds(50);

    private readonly ConcurrentDictionary<long, OutgoingFrame> _frames = new();
    private readonly ConsumerNews _news;
    private readonly RecordsInFlight _inFlight;
    private readonly Timer _sweeper;
    private readonly TimeSpan _drain;
    private long _last;
    private long _waitUntil = long.MaxValue;
    private int _sweeping;

    public PendingReplies(ConsumerNews news, RecordsInFlight inFlight, HostingSettings hosting, IHostApplicationLifetime lifetime)
    {
        (_news, _inFlight, _drain) = (news, inFlight, hosting.Drain);
        lifetime.ApplicationStopping.Register(HurryUp);
        _sweeper = new Timer(static self => ((PendingReplies)self!).Sweep(), this, SweepEvery, SweepEvery);
    }

    public int Count => _frames.Count;

    /// <summary>Gives the frame its number. From here on a reply finds it, until it is settled.</summary>
    public void Add(OutgoingFrame frame)
    {
        frame.Number = Interlocked.Increment(ref _last);
        _frames[frame.Number] = frame;
    }

    public void Replied(long number, FrameReply reply)
    {
        if (!_frames.TryGetValue(number, out var frame))
            return;
        frame.Replied(reply);

        // A reply that does not tell of every record settles nothing, and the frame is swept on.
        if (frame.IsSettled)
            _frames.TryRemove(number, out _);
    }

    public void Dispose() => _sweeper.Dispose();

    /// <summary>The process ends: who waits hears in good time that the stream has the record, instead of being cut off.</summary>
    private void HurryUp() => Volatile.Write(ref _waitUntil, Environment.TickCount64 + (long)(_drain / 2).TotalMilliseconds);

    private void Sweep()
    {
        if (Interlocked.Exchange(ref _sweeping, 1) != 0)
            return;
        var now = Environment.TickCount64;
        var storing = _news.Storing && now < Volatile.Read(ref _waitUntil);
        foreach (var (number, frame) in _frames)
        {
            if (!frame.IsSettled)
                frame.Sweep(now, storing);
            if (frame.IsSettled)
                _frames.TryRemove(number, out _);
        }
        ProducerTelemetry.Observed(_inFlight.Records, _frames.Count);
        Volatile.Write(ref _sweeping, 0);
    }
}
