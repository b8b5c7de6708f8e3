namespace RideIngest.Hosting.Telemetry;

/// <summary>Measures durations over a moving window.</summary>
/// <param name="ticks">The width of the window, in ticks.</param>
public sealed class Latency(int ticks)
{
    private readonly long[] _counts = new long[LatencyBuckets.Count];
    private readonly long[][] _ago = [.. Enumerable.Range(0, ticks).Select(_ => new long[LatencyBuckets.Count])];
    private readonly long[] _window = new long[LatencyBuckets.Count];
    private int _oldest;

    public void Record(double seconds) => Interlocked.Increment(ref _counts[LatencyBuckets.Of(seconds)]);

    /// <summary>Moves the window by one tick. Not thread-safe.</summary>
    public void Tick()
    {
        var ago = _ago[_oldest];
        for (var i = 0; i < _counts.Length; i++)
        {
            var count = Volatile.Read(ref _counts[i]);
            _window[i] = count - ago[i];
            ago[i] = count;
        }
        _oldest = (_oldest + 1) % ticks;
    }

    /// <returns>The quantile in seconds; null if the window is empty.</returns>
    public double? Quantile(double share) => LatencyBuckets.Quantile(_window, share);
}
