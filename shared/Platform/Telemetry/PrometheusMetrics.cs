using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;

namespace RideIngest.Platform.Telemetry;

/// <summary>Listens to the meters that are published, and keeps what they record until somebody scrapes.</summary>
internal sealed partial class PrometheusMetrics : IDisposable
{
    private static readonly double[] Seconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
    private static readonly double[] Bytes = [256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864];
    private static readonly double[] Counts = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000];

    // .NET publishes these two as counters, though they go down as well.
    private static readonly string[] Levels = ["dotnet.thread_pool.thread.count", "dotnet.thread_pool.queue.length"];

    private readonly MeterListener _listener = new();
    private readonly SortedDictionary<string, MetricFamily> _families = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private readonly Lock _scraping = new();
    private readonly ILogger _logger;
    private long _scrape;

    public PrometheusMetrics(ILogger<PrometheusMetrics> logger)
    {
        _logger = logger;
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (RideIngestTelemetry.Meters.Contains(instrument.Meter.Name) && Family(instrument) is { } family)
                listener.EnableMeasurementEvents(instrument, family);
        };
        _listener.SetMeasurementEventCallback<byte>((_, value, tags, state) => Measure(state, value, tags));
        _listener.SetMeasurementEventCallback<short>((_, value, tags, state) => Measure(state, value, tags));
        _listener.SetMeasurementEventCallback<int>((_, value, tags, state) => Measure(state, value, tags));
        _listener.SetMeasurementEventCallback<long>((_, value, tags, state) => Measure(state, value, tags));
        _listener.SetMeasurementEventCallback<float>((_, value, tags, state) => Measure(state, value, tags));
        _listener.SetMeasurementEventCallback<double>((_, value, tags, state) => Measure(state, value, tags));
        _listener.SetMeasurementEventCallback<decimal>((_, value, tags, state) => Measure(state, (double)value, tags));
        _listener.Start();
    }

    /// <summary>Writes every family as it is now. Scrapes take turns.</summary>
    public string Scrape()
    {
        lock (_scraping)
        {
            Interlocked.Increment(ref _scrape);
            try
            {
                _listener.RecordObservableInstruments();
            }
            catch (AggregateException e)
            {
                // One gauge that cannot be read must not hide the others.
                ObservingFailed(e);
            }

            MetricFamily[] families;
            lock (_gate) families = [.. _families.Values];
            return PrometheusText.Write(families, _scrape);
        }
    }

    public void Dispose() => _listener.Dispose();

    private void Measure(object? state, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var family = (MetricFamily)state!;
        var series = family.Series(tags);
        switch (family.Recording)
        {
            case Recording.Sample: series.Record(value); break;
            case Recording.Change: series.Add(value); break;
            case Recording.Level: series.Set(value); break;
            default: Observe(series, value); break;
        }
    }

    /// <summary>Two meters may observe the same series (two instances of a client in one process): what they see adds up.</summary>
    private void Observe(MetricSeries series, double value)
    {
        var scrape = Volatile.Read(ref _scrape);
        if (series.Seen == scrape) series.Add(value);
        else series.Set(value);
        series.Seen = scrape;
    }

    /// <summary>Instruments of one name are one family, whichever meter they are of; null when their kinds disagree.</summary>
    private MetricFamily? Family(Instrument instrument)
    {
        var type = instrument.GetType().GetGenericTypeDefinition();
        var kind = Levels.Contains(instrument.Name) ? MetricKind.Gauge
            : type == typeof(Counter<>) || type == typeof(ObservableCounter<>) ? MetricKind.Counter
            : type == typeof(Histogram<>) ? MetricKind.Histogram : MetricKind.Gauge;
        var recording = instrument.IsObservable ? Recording.Observation
            : kind == MetricKind.Histogram ? Recording.Sample
            : type == typeof(Gauge<>) ? Recording.Level : Recording.Change;
        var name = MetricName.Of(instrument, kind);
        lock (_gate)
        {
            if (!_families.TryGetValue(name, out var family))
            {
                var help = string.IsNullOrWhiteSpace(instrument.Description) ? $"{instrument.Name} of {instrument.Meter.Name}." : instrument.Description;
                family = new MetricFamily(name, help, kind, recording, kind == MetricKind.Histogram ? Bounds(instrument) : null);
                _families[name] = family;
            }
            else if (family.Kind != kind || family.Recording != recording)
            {
                KindsDisagree(instrument.Meter.Name, instrument.Name, name, family.Kind);
                return null;
            }

            return family;
        }
    }

    private static double[] Bounds(Instrument instrument)
    {
        var advised = instrument switch
        {
            Histogram<int> histogram => histogram.Advice?.HistogramBucketBoundaries?.Select(b => (double)b),
            Histogram<long> histogram => histogram.Advice?.HistogramBucketBoundaries?.Select(b => (double)b),
            Histogram<double> histogram => histogram.Advice?.HistogramBucketBoundaries,
            _ => null,
        };
        return advised?.Distinct().Where(double.IsFinite).Order().ToArray() ?? instrument.Unit switch { "s" => Seconds, "By" => Bytes, _ => Counts };
    }

    [LoggerMessage(1301, LogLevel.Warning, "Some gauges could not be read; the others are published")]
    private partial void ObservingFailed(Exception exception);

    [LoggerMessage(1302, LogLevel.Warning, "The instrument {Instrument} of {Meter} is not published: {Family} exists already as a {Kind}")]
    private partial void KindsDisagree(string meter, string instrument, string family, MetricKind kind);
}
