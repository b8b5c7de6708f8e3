using Microsoft.Extensions.Logging;

namespace RideIngest.Storage.Failures;

/// <summary>
/// Logs each failure. Of those alike within a minute, only the first few have a line; another one says how many followed.
/// </summary>
internal sealed partial class FailureLog(TimeProvider clock, ILogger<FailureLog> logger)
{
    private const int MostLines = 10;
    private const int MostSeries = 1000;
    private const string Anyone = "anyone";

    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private Dictionary<Alike, Series> _series = [];
    private long _since;

    public void Add(in NewFailure failure)
    {
        lock (_gate)
        {
            var alike = new Alike(failure.Kind, failure.Code, failure.Sender);
            if (!_series.TryGetValue(alike, out var series))
            {
                if (_series.Count == 0)
                    _since = clock.GetTimestamp();

                // So many differ only if the names of senders are many. The others count together.
                if (_series.Count >= MostSeries)
                    alike = alike with { Sender = null };
                _series[alike] = series = _series.GetValueOrDefault(alike) ?? new Series();
            }
            if (++series.Count > MostLines)
            {
                series.Last = failure;
                return;
            }
        }
        Failed(failure.Kind, failure.Id.ToString() ?? "without an id", failure.Sender ?? Anyone, failure.Code, failure.Reason);
    }

    /// <summary>Ends the minute, if it is over or the process ends, with a line for each series of which not all had one.</summary>
    public void SumUp(bool now = false)
    {
        Dictionary<Alike, Series> over;
        lock (_gate)
        {
            if (_series.Count == 0 || (!now && clock.GetElapsedTime(_since) < Window))
                return;
            (over, _series) = (_series, []);
        }
        foreach (var (alike, series) in over)
        {
            if (series.Count > MostLines)
            {
                FailedToo(
                    series.Count - MostLines, alike.Kind, alike.Sender ?? Anyone, alike.Code, series.Last.Id.ToString() ?? "without an id",
                    series.Last.Reason);
            }
        }
    }

    [LoggerMessage(1121, LogLevel.Information, "{Kind} {Id} from {Sender} failed with {Code}: {Reason}")]
    private partial void Failed(string kind, string id, string sender, string code, string reason);

    [LoggerMessage(1122, LogLevel.Information,
        "{Count} more {Kind} from {Sender} failed with {Code} within a minute. The last was {Id}: {Reason}")]
    private partial void FailedToo(int count, string kind, string sender, string code, string id, string reason);

    private readonly record struct Alike(string Kind, string Code, string? Sender);

    private sealed class Series
    {
        public int Count { get; set; }

        public NewFailure Last { get; set; }
    }
}
