using System.Diagnostics;

namespace RideIngest.Platform.Retries;

/// <summary>
/// A time of day that only passes. Polly's breakers go by the time of day: where somebody sets the clock back, one that is open would stay open for as long.
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
