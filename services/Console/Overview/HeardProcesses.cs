using System.Collections.Concurrent;
using NATS.Client.Core;
using RideIngest.Contracts.Processes;
using RideIngest.Streams.Nats;

namespace RideIngest.Console.Overview;

/// <summary>A process as last announced.</summary>
/// <param name="Silent">The time since its last announcement.</param>
/// <param name="Rates">What it does for its systems.</param>
internal sealed record HeardProcess(ProcessAnnouncement News, TimeSpan Silent, IReadOnlyList<SystemRates> Rates)
{
    private static readonly TimeSpan MostlySilent = 5 * ProcessAnnouncement.Period;

    public bool IsSilent => Silent > MostlySilent;

    /// <summary>Its status, or that it is silent without having stopped.</summary>
    public string Status => IsSilent ? "silent" : News.Status;
}

/// <summary>The processes of all services that have announced themselves in the last two minutes and not stopped.</summary>
internal sealed class HeardProcesses(INatsConnection nats) : BackgroundService
{
    private static readonly TimeSpan Forgotten = TimeSpan.FromMinutes(2);

    // Bounds the memory, because any client may publish announcements under any name.
    private const int Most = 1000;

    private readonly ConcurrentDictionary<(string Service, string Instance), HeardNews> _heard = new();

    public IReadOnlyList<HeardProcess> All()
    {
        var now = TimeProvider.System.GetTimestamp();
        var all = new List<HeardProcess>();
        foreach (var (key, heard) in _heard)
        {
            var silent = TimeProvider.System.GetElapsedTime(heard.At, now);
            if (silent > Forgotten)
                _heard.TryRemove(key, out _);
            else
                all.Add(new HeardProcess(heard.Last, silent, heard.Rates()));
        }
        return [.. all.OrderBy(one => one.News.Service, StringComparer.Ordinal).ThenBy(one => one.News.Instance, StringComparer.Ordinal)];
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Listening.ForeverAsync(nats, ProcessAnnouncement.Subject, Hear, stoppingToken);

    private void Hear(string subject, ReadOnlySpan<byte> payload)
    {
        if (ProcessAnnouncement.Read(payload) is not { } news)
            return;
        var key = (news.Service, news.Instance);
        if (news.Status == ProcessAnnouncement.Stopped)
            _heard.TryRemove(key, out _);
        else if (_heard.TryGetValue(key, out var heard))
            _heard[key] = heard.With(news, TimeProvider.System.GetTimestamp());
        else if (_heard.Count < Most)
            _heard[key] = HeardNews.First(news, TimeProvider.System.GetTimestamp());
    }
}
