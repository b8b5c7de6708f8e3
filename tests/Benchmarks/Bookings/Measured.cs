namespace RideIngest.Benchmarks.Bookings;

/// <summary>What one round came to.</summary>
/// <param name="PerSecond">Records answered, and stored where they are.</param>
/// <param name="FirstId">Its records have this id and those after it, fewer than <paramref name="MostIds"/>; 0 for who looks at each
/// answer.</param>
internal readonly record struct Measured(double PerSecond, TimeSpan Middle, long Records, long FirstId = 0, long MostIds = 0);

/// <summary>Ids that no round has used, all of 13 digits.</summary>
internal sealed class Ids
{
    private long _next = 1_000_000_000_000;

    public long Take(long count) => Interlocked.Add(ref _next, count) - count;
}
