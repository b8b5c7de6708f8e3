using System.Diagnostics;

namespace RideIngest.Hosting.Retries;

/// <summary>
/// A time of day that nobody sets. Polly's breakers read the time of day: one that is open when the clock is set back would stay open
/// for as long.
/// </summary>
public sealed class SteadyTime : TimeProvider
{
    public static readonly SteadyTime Instance = new();

    private readonly DateTimeOffset _startedAt = DateTimeOffset.UtcNow;
    private readonly long _started = Stopwatch.GetTimestamp();

    private SteadyTime()
    {
    }

    public override DateTimeOffset GetUtcNow() => _startedAt + Stopwatch.GetElapsedTime(_started);
}
