using System.Collections.Concurrent;
using RideIngest.Contracts.Frames;
using RideIngest.Hosting.Config;
using RideIngest.Producer.Telemetry;

namespace RideIngest.Producer.Sending;

/// <summary>The frames that wait for a reply, by number. One lookup per frame finds all its requests.</summary>
internal sealed class PendingReplies : IDisposable
{
    private static readonly TimeSpan SweepEvery = TimeSpan.FromMilliseconds(50);

    private readonly ConcurrentDictionary<long, OutgoingFrame> _frames = new();
    private readonly ConsumerNews _news;
    private readonly RecordsInFlight _inFlight;
    private readonly RefusedSenders _refused;
    private readonly Timer _sweeper;
    private readonly TimeSpan _drain;
    private long _last;
    private long _waitUntil = long.MaxValue;
    private int _sweeping;

    public PendingReplies(
        ConsumerNews news, RecordsInFlight inFlight, RefusedSenders refused, HostingSettings hosting, IHostApplicationLifetime lifetime)
    {
        (_news, _inFlight, _refused, _drain) = (news, inFlight, refused, hosting.Drain);
        lifetime.ApplicationStopping.Register(HurryUp);
        _sweeper = new Timer(static self => ((PendingReplies)self!).Sweep(), this, SweepEvery, SweepEvery);
    }

    public int Count => _frames.Count;

    /// <summary>Assigns the frame its number. A reply finds the frame until it is settled.</summary>
    public void Add(OutgoingFrame frame)
    {
        frame.Number = Interlocked.Increment(ref _last);
        _frames[frame.Number] = frame;
    }

    public void Replied(long number, FrameReply reply)
    {
        if (!_frames.TryGetValue(number, out var frame))
            return;
        _refused.Add(frame.Kind, frame.Replied(reply));

        // A reply without every outcome does not settle the frame, which stays here to be swept.
        if (frame.IsSettled)
            _frames.TryRemove(number, out _);
    }

    public void Dispose() => _sweeper.Dispose();

    /// <summary>
    /// Shortens the wait during shutdown, so that waiting senders are answered with "accepted" instead of being disconnected.
    /// </summary>
    private void HurryUp() => Volatile.Write(ref _waitUntil, Environment.TickCount64 + (long)(_drain / 2).TotalMilliseconds);

    private void Sweep()
    {
        if (Interlocked.Exchange(ref _sweeping, 1) != 0)
            return;
        var now = Environment.TickCount64;
        _news.Tick(now);
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
