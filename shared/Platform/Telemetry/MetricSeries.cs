namespace RideIngest.Platform.Telemetry;

/// <summary>One line of a family, or one histogram: what was recorded under one set of labels.</summary>
/// <param name="labels">As they stand between the braces; empty for none.</param>
/// <param name="bounds">A histogram's upper bounds, ascending; null for a single value.</param>
internal sealed class MetricSeries(string labels, double[]? bounds)
{
    private readonly long[] _buckets = bounds is null ? [] : new long[bounds.Length + 1];
    private double _value;

    public string Labels { get; } = labels;

    public double[] Bounds { get; } = bounds ?? [];

    /// <summary>The scrape that last observed it.</summary>
    public long Seen { get; set; }

    /// <summary>A single value, or a histogram's sum.</summary>
    public double Value => Volatile.Read(ref _value);

    public void Set(double value) => Volatile.Write(ref _value, value);

    public void Add(double amount)
    {
        var seen = Volatile.Read(ref _value);
        while (true)
        {
            var previous = Interlocked.CompareExchange(ref _value, seen + amount, seen);

            // Compared as bits: a NaN is never equal to itself, and would spin here forever.
            if (BitConverter.DoubleToInt64Bits(previous) == BitConverter.DoubleToInt64Bits(seen)) return;
            seen = previous;
        }
    }

    public void Record(double value)
    {
        if (double.IsNaN(value)) return;
        var at = Array.BinarySearch(Bounds, value);
        Interlocked.Increment(ref _buckets[at < 0 ? ~at : at]);
        Add(value);
    }

    /// <summary>Cumulative counts, the last being the count of all: taken once, so that they always add up.</summary>
    public void ReadBuckets(Span<long> cumulative)
    {
        var sum = 0L;
        for (var i = 0; i < _buckets.Length; i++) cumulative[i] = sum += Volatile.Read(ref _buckets[i]);
    }
}
