using System.Collections.Concurrent;
using NATS.Client.Core;
using RideIngest.Contracts.Frames;
using RideIngest.Streams.Nats;

namespace RideIngest.Standalone.Page;

/// <summary>A consumer as last announced.</summary>
/// <param name="Silent">Seconds since its last announcement.</param>
internal sealed record InstanceLine(string Name, bool CanStore, string? Reason, long Backlog, double DrainPerSecond, double Silent);

/// <summary>Tracks consumers of any process that announced themselves within the last 30 seconds.</summary>
internal sealed class Instances(INatsConnection nats) : BackgroundService
{
    private const long ForgottenMs = 30_000;

    // Bounds the memory, because any client may publish announcements under any name.
    private const int Most = 100;

    private readonly ConcurrentDictionary<string, (long At, ConsumerAnnouncement News)> _heard = new();

    public IReadOnlyList<InstanceLine> All()
    {
        var now = Environment.TickCount64;
        foreach (var (name, heard) in _heard)
        {
            if (heard.At + ForgottenMs < now)
                _heard.TryRemove(name, out _);
        }
        return [.. _heard.Values.OrderBy(heard => heard.News.Instance, StringComparer.Ordinal).Select(heard => new InstanceLine(
            heard.News.Instance, heard.News.CanStore, heard.News.Reason, heard.News.Backlog, heard.News.DrainPerSecond,
            Math.Round((now - heard.At) / 1000.0)))];
    }

    /// <summary>The number of frames in the stream from the latest announcement; null if there is none.</summary>
    public long? Backlog() => _heard.IsEmpty ? null : _heard.Values.MaxBy(heard => heard.At).News.Backlog;

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Listening.ForeverAsync(nats, ConsumerAnnouncement.Subject, Hear, stoppingToken);

    private void Hear(string subject, ReadOnlySpan<byte> payload)
    {
        if (ConsumerAnnouncement.Read(payload) is { } news && (_heard.Count < Most || _heard.ContainsKey(news.Instance)))
            _heard[news.Instance] = (Environment.TickCount64, news);
    }
}
