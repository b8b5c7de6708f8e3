namespace RideIngest.Hosting.Retries;

/// <summary>
/// Keeps a warning that repeats from filling the log: each reason is logged at once, then at most once a minute with the number of
/// repetitions since.
/// </summary>
public sealed class Repeats(TimeProvider? clock = null)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);

    // Reasons may contain what differs each time. Then the oldest are forgotten.
    private const int MostReasons = 20;

    private readonly TimeProvider _clock = clock ?? TimeProvider.System;
    private readonly Dictionary<string, Series> _series = [];
    private int _times;

    /// <summary>Counts a failure.</summary>
    /// <returns>What to append to its line: nothing the first time, then how often it happened since the last line. Null if the line is not
    /// due yet.</returns>
    public string? Next(string reason)
    {
        lock (_series)
        {
            Volatile.Write(ref _times, _times + 1);
            var now = _clock.GetTimestamp();
            if (!_series.TryGetValue(reason, out var series))
            {
                if (_series.Count == MostReasons)
                    _series.Remove(_series.MinBy(other => other.Value.LoggedAt).Key);
                _series[reason] = new Series(now);
                return "";
            }
            series.Since++;
            if (_clock.GetElapsedTime(series.LoggedAt, now) < Pause)
                return null;
            var since = series.Since;
            (series.LoggedAt, series.Since) = (now, 0);
            return since == 1 ? " (again)" : $" (again, {since} times since the last such line)";
        }
    }

    /// <summary>Ends all series, because it works again.</summary>
    /// <returns>How often it failed; 0 if it did not, which costs next to nothing.</returns>
    public int End()
    {
        if (Volatile.Read(ref _times) == 0)
            return 0;
        lock (_series)
        {
            _series.Clear();
            return Interlocked.Exchange(ref _times, 0);
        }
    }

    private sealed class Series(long loggedAt)
    {
        public long LoggedAt { get; set; } = loggedAt;

        public int Since { get; set; }
    }
}
