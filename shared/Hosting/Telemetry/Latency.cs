namespace RideIngest.Hosting.Telemetry;

/// <summary>Measures durations over a moving window, in buckets 9% wide, so that a quantile is off by less than 5%.</summary>
/// <param name="ticks">The width of the window, in ticks.</param>
public sealed class Latency(int ticks)
{
    private const double Least = 20e-6;
    private const int PerDoubling = 8;
    private const int Buckets = 22 * PerDoubling;

    private readonly long[] _counts = new long[Buckets];
    private readonly long[][] _ago = [.. Enumerable.Range(0, ticks).Select(_ => new long[Buckets])];
    private readonly long[] _window = new long[Buckets];
    private int _oldest;

    public void Record(double seconds)
    {
        var bucket = seconds <= Least ? 0 : (int)(Math.Log2(seconds / Least) * PerDoubling);
        Interlocked.Increment(ref _counts[Math.Min(bucket, Buckets - 1)]);
    }

    /// <summary>Moves the window by one tick. Not thread-safe.</summary>
    public void Tick()
    {
        var ago = _ago[_oldest];
        for (var i = 0; i < Buckets; i++)
        {
            var count = Volatile.Read(ref _counts[i]);
            _window[i] = count - ago[i];
            ago[i] = count;
        }
        _oldest = (_oldest + 1) % ticks;
    }

    /// <returns>The quantile in seconds; null if the window is empty.</returns>
    public double? Quantile(double share)
    {
        var rank = Math.Max(1, (long)Math.Ceiling(share * _window.Sum()));
        var below = 0L;
        for (var i = 0; i < Buckets; i++)
        {
            below += _window[i];
            if (below >= rank)
                return Least * Math.Pow(2, (i + 0.5) / PerDoubling);
        }
        return null;
    }
}
