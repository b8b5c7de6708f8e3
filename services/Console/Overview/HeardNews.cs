using RideIngest.Contracts.Processes;

namespace RideIngest.Console.Overview;

/// <summary>What a process does for a system, per second.</summary>
/// <param name="P50Ms">Null if nothing was measured.</param>
internal sealed record SystemRates(string System, double Taken, double Done, double Failed, double? P50Ms, double? P99Ms);

/// <summary>The announcements of a process in the last ten seconds, from which its rates are calculated.</summary>
internal sealed class HeardNews
{
    private const int Window = 6;

    private readonly (long At, ProcessAnnouncement News)[] _news;

    private HeardNews((long At, ProcessAnnouncement News)[] news) => _news = news;

    public ProcessAnnouncement Last => _news[^1].News;

    public long At => _news[^1].At;

    public static HeardNews First(ProcessAnnouncement news, long at) => new([(at, news)]);

    public HeardNews With(ProcessAnnouncement news, long at)
    {
        // A restarted process begins at zero; in a container it may have the name of the one before.
        if (news.StartedAt != Last.StartedAt)
            return First(news, at);
        return new([.. _news.TakeLast(Window - 1), (at, news)]);
    }

    /// <summary>Returns a system's rates since the oldest announcement that has it; without any before the last, there are none.</summary>
    public IReadOnlyList<SystemRates> Rates() => [.. (Last.Systems ?? []).Select(Rate).OfType<SystemRates>()];

    private SystemRates? Rate(SystemTotals now)
    {
        foreach (var (at, news) in _news[..^1])
        {
            if (news.Systems?.FirstOrDefault(system => system.Name == now.Name) is not { } before)
                continue;
            var seconds = TimeProvider.System.GetElapsedTime(at, At).TotalSeconds;
            return new(
                now.Name, Per(now.Taken, before.Taken), Per(now.Done, before.Done), Per(now.Failed, before.Failed), now.P50Ms, now.P99Ms);

            double Per(long total, long past) => Math.Max(total - past, 0) / Math.Max(seconds, 0.1);
        }
        return null;
    }
}
