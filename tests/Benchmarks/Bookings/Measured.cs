namespace RideIngest.Benchmarks.Bookings;

/// <summary>What one round came to.</summary>
/// <param name="PerSecond">Records stored and answered.</param>
internal readonly record struct Measured(double PerSecond, TimeSpan Middle, long Records);

/// <summary>Ids that no round has used, all of 13 digits.</summary>
internal sealed class Ids
{
    private long _next = 1_000_000_000_000;

    public long Take(long count) => Interlocked.Add(ref _next, count) - count;
}
