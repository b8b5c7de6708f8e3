using System.Diagnostics.Metrics;
using RideIngest.Contracts.Processes;

namespace RideIngest.Hosting.Telemetry;

/// <summary>Sums the measurements of this process by system, by listening to its instruments; this costs an addition each.</summary>
public sealed class SystemMeter : IDisposable
{
    // With an announcement every two seconds, ten seconds.
    private const int Window = 5;

    private readonly MeterListener _listener = new();
    private readonly Sums[] _systems;

    public SystemMeter(IEnumerable<FigureSource> sources)
    {
        var all = sources.ToList();
        _systems = [.. all.Select(source => source.System).Distinct().Select(system => new Sums(system))];
        _listener.SetMeasurementEventCallback<int>((_, value, tags, feeds) => Add((Feed[])feeds!, value, tags));
        _listener.SetMeasurementEventCallback<long>((_, value, tags, feeds) => Add((Feed[])feeds!, value, tags));
        _listener.SetMeasurementEventCallback<double>((_, value, tags, feeds) => Add((Feed[])feeds!, value, tags));
        foreach (var instrument in all.GroupBy(source => source.Instrument))
        {
            Feed[] feeds = [.. instrument.Select(source => new Feed(source, _systems.First(sums => sums.System == source.System)))];
            _listener.EnableMeasurementEvents(instrument.Key, feeds);
        }
    }

    /// <summary>Reads the totals, and moves the window of the latencies. Not thread-safe.</summary>
    public IReadOnlyList<SystemTotals> Read() => [.. _systems.Select(system => system.Read())];

    public void Dispose() => _listener.Dispose();

    private static void Add(Feed[] feeds, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        foreach (var (source, sums) in feeds)
        {
            if (source.Counts(tags))
                sums.Add(source.Figure, value);
        }
    }

    private sealed record Feed(FigureSource Source, Sums Sums);

    private sealed class Sums(string system)
    {
        private readonly long[] _counts = new long[Enum.GetValues<SystemFigure>().Length];
        private readonly Latency _latency = new(Window);

        public string System => system;

        public void Add(SystemFigure figure, double value)
        {
            if (figure == SystemFigure.Latency)
                _latency.Record(value);
            else
                Interlocked.Add(ref _counts[(int)figure], (long)value);
        }

        public SystemTotals Read()
        {
            _latency.Tick();
            return new(system, Count(SystemFigure.Taken), Count(SystemFigure.Done), Count(SystemFigure.Failed), Ms(0.5), Ms(0.99));
        }

        private long Count(SystemFigure figure) => Volatile.Read(ref _counts[(int)figure]);

        private double? Ms(double share) => _latency.Quantile(share) is { } seconds ? Math.Round(seconds * 1000, 3) : null;
    }
}
