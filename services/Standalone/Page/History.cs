using System.Diagnostics;
using RideIngest.Contracts.Outcomes;

namespace RideIngest.Standalone.Page;

/// <summary>
/// Records the rate of answers per outcome for the last two minutes. It always runs, so that the chart has data when the page opens.
/// </summary>
internal sealed class History(Traffic traffic)
{
    private const int Seconds = 120;

    private readonly Queue<double[]> _seconds = new(Seconds);
    private readonly Lock _gate = new();
    private readonly long[] _last = new long[Enum.GetValues<Status>().Length];
    private long _at = Stopwatch.GetTimestamp();

    /// <summary>
    /// The samples, latest last: Unix time in milliseconds, then one rate per outcome in the order of <see cref="Status"/>.
    /// </summary>
    public IReadOnlyList<double[]> All
    {
        get
        {
            lock (_gate)
                return [.. _seconds];
        }
    }

    /// <summary>Adds the sample of the last second. Not thread-safe.</summary>
    public double[] Tick(DateTimeOffset now)
    {
        var (since, answered) = (_at, new long[_last.Length]);
        _at = Stopwatch.GetTimestamp();
        traffic.ReadAnswered(answered);
        var second = new double[_last.Length + 1];
        second[0] = now.ToUnixTimeMilliseconds();
        for (var i = 0; i < _last.Length; i++)
            second[i + 1] = Math.Round((answered[i] - _last[i]) / Stopwatch.GetElapsedTime(since, _at).TotalSeconds, 1);
        answered.CopyTo(_last, 0);
        lock (_gate)
        {
            if (_seconds.Count == Seconds)
                _seconds.Dequeue();
            _seconds.Enqueue(second);
        }
        return second;
    }
}
