using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace RideIngest.Integration.Storage;

/// <summary>What the meter says of one system's outbox.</summary>
internal sealed class OutboxMetrics : IDisposable
{
    private const string Prefix = "rideingest.outbox.";

    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<string, double> _gauges = new();
    private readonly ConcurrentDictionary<string, double> _counters = new();

    public OutboxMetrics(string system)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Name.StartsWith(Prefix, StringComparison.Ordinal))
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Record(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Record(instrument, value, tags));
        _listener.Start();

        void Record(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            if (!tags.Contains(new("system", system)))
                return;
            var name = instrument.Name[Prefix.Length..];
            if (instrument.IsObservable)
                _gauges[name] = value;
            else
                _counters.AddOrUpdate(name, value, (_, sum) => sum + value);
        }
    }

    /// <summary>A gauge as it is now, or a counter; null if there is none.</summary>
    public double? Read(string name)
    {
        _gauges.Clear();
        _listener.RecordObservableInstruments();
        return _gauges.TryGetValue(name, out var gauge) ? gauge : _counters.TryGetValue(name, out var sum) ? sum : null;
    }

    public void Dispose() => _listener.Dispose();
}
