using System.Collections.Concurrent;
using NATS.Client.Core;
using RideIngest.Contracts.Frames;
using RideIngest.Streams.Nats;

namespace RideIngest.Producer.Sending;

/// <summary>What consumers say of themselves: whether anybody stores, and how long what waits will take.</summary>
internal sealed class ConsumerNews(INatsConnection nats) : BackgroundService
{
    private const long SilenceMs = 3000;
    private static readonly TimeSpan Unknown = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);

    private readonly ConcurrentDictionary<string, (long At, ConsumerAnnouncement News)> _heard = new();
    private long _retryAfter = Unknown.Ticks;

    // Who has just started has not had the time to hear of anybody; nor has a consumer that starts together with us begun to store.
    private readonly long _knowsFrom = Environment.TickCount64 + SilenceMs;
    private long _storingUntil;

    /// <summary>Whether a consumer has said within the last seconds that it stores.</summary>
    public bool Storing => Environment.TickCount64 < Math.Max(_knowsFrom, Volatile.Read(ref _storingUntil));

    /// <summary>How long until what waits now is stored, as far as anybody knows.</summary>
    public TimeSpan RetryAfter => Storing ? TimeSpan.FromTicks(Volatile.Read(ref _retryAfter)) : Unknown;

    internal void Hear(ConsumerAnnouncement news)
    {
        var now = Environment.TickCount64;
        _heard[news.Instance] = (now, news);
        var until = 0L;
        foreach (var (instance, heard) in _heard)
        {
            if (heard.At + SilenceMs < now)
                _heard.TryRemove(instance, out _);
            else if (heard.News.CanStore)
                until = Math.Max(until, heard.At + SilenceMs);
        }
        Volatile.Write(ref _storingUntil, until);

        // Who cannot store sees nothing leave.
        if (news.CanStore)
            Volatile.Write(ref _retryAfter, Until(news.Backlog, news.DrainPerSecond, _heard.Count).Ticks);
    }

    private static TimeSpan Until(long backlog, double drain, int consumers)
    {
        // Each consumer's newest ack waits for a moment: so many frames are none that wait to be stored.
        if (backlog <= consumers)
            return TimeSpan.FromSeconds(1);
        return drain > 0 ? TimeSpan.FromSeconds(Math.Clamp(backlog / drain, 1, Longest.TotalSeconds)) : Unknown;
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Listening.ForeverAsync(nats, ConsumerAnnouncement.Subject, Receive, stoppingToken);

    private void Receive(string subject, ReadOnlySpan<byte> payload)
    {
        if (ConsumerAnnouncement.Read(payload) is { } news)
            Hear(news);
    }
}
