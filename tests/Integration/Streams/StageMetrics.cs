using System.Diagnostics.Metrics;

namespace RideIngest.Integration.Streams;

/// <summary>Reads the gauges of a stage's subject.</summary>
internal sealed class StageMetrics : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly Dictionary<string, double> _gauges = [];

    public StageMetrics(string subject)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Name.StartsWith("rideingest.stage.", StringComparison.Ordinal) && instrument.IsObservable)
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Record(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Record(instrument, value, tags));
        _listener.Start();

        void Record(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            if (tags.Contains(new("subject", subject)))
                _gauges[instrument.Name] = value;
        }
    }

    /// <summary>The backlog, and the age of the oldest frame in seconds.</summary>
    public (double Backlog, double Age) Read()
    {
        _listener.RecordObservableInstruments();
        return (_gauges.GetValueOrDefault("rideingest.stage.backlog"), _gauges.GetValueOrDefault("rideingest.stage.oldest.age"));
    }

    public void Dispose() => _listener.Dispose();
}
