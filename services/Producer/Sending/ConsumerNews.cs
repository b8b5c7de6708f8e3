using System.Collections.Concurrent;
using NATS.Client.Core;
using RideIngest.Contracts.Frames;
using RideIngest.Streams.Nats;

namespace RideIngest.Producer.Sending;

/// <summary>Tracks the announcements of consumers: whether any stores, and how long the backlog will take.</summary>
internal sealed partial class ConsumerNews(INatsConnection nats, ILogger<ConsumerNews> logger) : BackgroundService
{
    private const long SilenceMs = 3000;

    // Many times the period of the ticks.
    private const long StallMs = 500;

    private static readonly TimeSpan Unknown = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);

    private readonly ConcurrentDictionary<string, (long At, ConsumerAnnouncement News)> _heard = new();
    private long _retryAfter = Unknown.Ticks;

    // After a start, wait for the first announcements, and for consumers that start together with this process.
    private readonly long _knowsFrom = Environment.TickCount64 + SilenceMs;
    private long _storingUntil;
    private long _lastTick;
    private bool _toldStoring = true;

    /// <summary>
    /// Whether a consumer announced within the last seconds that it can store. While this process was stalled it could not hear anyone:
    /// then what it knew before counts.
    /// </summary>
    public bool Storing
    {
        get
        {
            var (now, last) = (Environment.TickCount64, Volatile.Read(ref _lastTick));
            return Knows(last != 0 && now - last > StallMs ? last : now);
        }
    }

    /// <summary>The estimated time until the current backlog is stored.</summary>
    public TimeSpan RetryAfter => Storing ? TimeSpan.FromTicks(Volatile.Read(ref _retryAfter)) : Unknown;

    /// <summary>Called several times a second; a gap shows that the process was stalled.</summary>
    public void Tick(long now)
    {
        var last = Volatile.Read(ref _lastTick);
        if (last != 0 && now - last > StallMs && Knows(last))
            Volatile.Write(ref _storingUntil, Math.Max(Volatile.Read(ref _storingUntil), now + SilenceMs));
        Volatile.Write(ref _lastTick, now);
        if (Storing == _toldStoring)
            return;
        _toldStoring = !_toldStoring;
        if (_toldStoring)
            Stores();
        else
            NoneStores(_heard.Values.Select(heard => heard.News.Reason).FirstOrDefault(reason => reason is not null) ?? Unheard());
    }

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

        // A consumer that cannot store measures no drain rate.
        if (news.CanStore)
            Volatile.Write(ref _retryAfter, Until(news.Backlog, news.DrainPerSecond, _heard.Count).Ticks);
    }

    private bool Knows(long at) => at < Math.Max(_knowsFrom, Volatile.Read(ref _storingUntil));

    private static TimeSpan Until(long backlog, double drain, int consumers)
    {
        // Each consumer defers its newest ack, so one frame per consumer is not backlog.
        if (backlog <= consumers)
            return TimeSpan.FromSeconds(1);
        return drain > 0 ? TimeSpan.FromSeconds(Math.Clamp(backlog / drain, 1, Longest.TotalSeconds)) : Unknown;
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Listening.ForeverAsync(nats, ConsumerAnnouncement.Subject, Receive, stoppingToken);

    private string Unheard() =>
        nats.ConnectionState == NatsConnectionState.Open ? "none is heard" : "none is heard, because NATS is away";

    private void Receive(string subject, ReadOnlySpan<byte> payload)
    {
        if (ConsumerAnnouncement.Read(payload) is { } news)
            Hear(news);
    }

    [LoggerMessage(2007, LogLevel.Warning, "No consumer can store: {Reason}. Records in the stream are answered 202 at once")]
    private partial void NoneStores(string reason);

    [LoggerMessage(2008, LogLevel.Information, "A consumer can store again. Senders wait for the outcome")]
    private partial void Stores();
}
