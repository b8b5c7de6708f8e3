namespace RideIngest.Hosting.Telemetry;

/// <summary>Buckets of durations from 20 us to 80 s, 9% wide, so that a quantile is off by less than 5%.</summary>
public static class LatencyBuckets
{
    public const int Count = 22 * PerDoubling;

    private const double Least = 20e-6;
    private const int PerDoubling = 8;

    public static int Of(double seconds) =>
        seconds <= Least ? 0 : Math.Min((int)(Math.Log2(seconds / Least) * PerDoubling), Count - 1);

    /// <returns>The quantile in seconds; null if there are no counts.</returns>
    public static double? Quantile(ReadOnlySpan<long> counts, double share)
    {
        var total = 0L;
        foreach (var count in counts)
            total += count;
        var rank = Math.Max(1, (long)Math.Ceiling(share * total));
        var below = 0L;
        for (var i = 0; i < counts.Length; i++)
        {
            below += counts[i];
            if (below >= rank)
                return Least * Math.Pow(2, (i + 0.5) / PerDoubling);
        }
        return null;
    }
}
