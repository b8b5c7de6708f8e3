namespace RideIngest.Casino.Aggregates;

/// <summary>Counts the events of each of the last seconds and computes average rates.</summary>
internal sealed class EventRate(TimeProvider clock)
{
    private const int Seconds = 121;

    private const int Minute = 60;

    private readonly int[] _counts = new int[Seconds];
    private long _start = clock.GetTimestamp();
    private long _second;

    public void Add(int events)
    {
        Advance();
        _counts[_second % Seconds] += events;
    }

    /// <summary>Events per second over the last minute, or since the start if that is more recent.</summary>
    public decimal MovingAverage()
    {
        Advance();
        var sum = 0L;
        for (var back = 0; back < Minute && back <= _second; back++)
            sum += _counts[(_second - back) % Seconds];

        // The current second counts by the fraction that has passed.
        var passed = Elapsed - TimeSpan.FromSeconds(_second);
        return PerSecond(sum, TimeSpan.FromSeconds(Math.Min(_second, Minute - 1)) + passed);
    }

    /// <summary>Events per minute since the start.</summary>
    public decimal PerMinute(long total) => 60 * PerSecond(total, Elapsed);

    /// <summary>Counts of the last complete seconds, the latest last.</summary>
    public int[] History()
    {
        Advance();
        var history = new int[Seconds - 1];
        for (var back = 1; back < Seconds && back <= _second; back++)
            history[^back] = _counts[(_second - back) % Seconds];
        return history;
    }

    public void Clear()
    {
        Array.Clear(_counts);
        (_start, _second) = (clock.GetTimestamp(), 0);
    }

    private TimeSpan Elapsed => clock.GetElapsedTime(_start);

    // Divides by at least one second: a rate over less would be misleading.
    private static decimal PerSecond(long events, TimeSpan over) =>
        events * (decimal)TimeSpan.TicksPerSecond / Math.Max(over.Ticks, TimeSpan.TicksPerSecond);

    private void Advance()
    {
        var now = (long)Elapsed.TotalSeconds;
        for (var left = Math.Min(now - _second, Seconds); left > 0; left--)
            _counts[(now - left + 1) % Seconds] = 0;
        _second = now;
    }
}
