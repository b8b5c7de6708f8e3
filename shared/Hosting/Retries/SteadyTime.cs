using System.Diagnostics;

namespace RideIngest.Hosting.Retries;

/// <summary>
/// A clock that never jumps. Polly's circuit breakers use the wall clock, so setting it back would keep an open breaker open for that long.
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
