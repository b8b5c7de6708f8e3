using System.Diagnostics.Metrics;
using RideIngest.Contracts.Outcomes;
using RideIngest.Hosting.Telemetry;
using RideIngest.Records.Kinds;

namespace RideIngest.Standalone.Page;

/// <summary>Counts answers of this process since its start by listening to its own meters; this costs one addition per answer.</summary>
internal sealed class Traffic : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly long[] _answered = new long[Enum.GetValues<Status>().Length];
    private long _stored;
    private long _waiting;
    private double _oldest;

    public Traffic()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == RideIngestTelemetry.Name && Heard(instrument.Name) is { } take)
                listener.EnableMeasurementEvents(instrument, take);
        };
        _listener.SetMeasurementEventCallback<int>((_, value, tags, take) => ((Take)take!)(value, tags));
        _listener.SetMeasurementEventCallback<long>((_, value, tags, take) => ((Take)take!)(value, tags));
        _listener.SetMeasurementEventCallback<double>((_, value, tags, take) => ((Take)take!)(value, tags));
        _listener.Start();
    }

    private delegate void Take(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags);

    /// <summary>The time from single-record requests to their answers, over the last ten seconds.</summary>
    public Latency Answers { get; } = new(ticks: 10);

    /// <summary>Records that this process committed, as a consumer or directly.</summary>
    public long Stored => Volatile.Read(ref _stored);

    /// <summary>Single records whose senders wait.</summary>
    public long Waiting => Volatile.Read(ref _waiting);

    /// <summary>The age in seconds of the oldest frame in the stream.</summary>
    public double Oldest
    {
        get
        {
            // An observable instrument reports only when it is polled.
            Volatile.Write(ref _oldest, 0);
            _listener.RecordObservableInstruments();
            return Volatile.Read(ref _oldest);
        }
    }

    /// <summary>Reads the number of records answered, by <see cref="Status"/>.</summary>
    public void ReadAnswered(Span<long> answered)
    {
        for (var i = 0; i < _answered.Length; i++)
            answered[i] = Volatile.Read(ref _answered[i]);
    }

    public void Dispose() => _listener.Dispose();

    private Take? Heard(string instrument) => instrument switch
    {
        "rideingest.producer.records" => (count, tags) => Interlocked.Add(ref _answered[(int)OutcomeOf(tags)], (long)count),
        "rideingest.consumer.records" => (count, tags) => Interlocked.Add(ref _stored, OutcomeOf(tags) == Status.Stored ? (long)count : 0),
        "rideingest.producer.stored_directly" => (count, _) => Interlocked.Add(ref _stored, (long)count),
        "rideingest.producer.answer.duration" => (seconds, _) => Answers.Record(seconds),
        "rideingest.producer.records_in_flight" => (records, _) => Volatile.Write(ref _waiting, (long)records),
        "rideingest.stream.oldest.age" => (seconds, _) => Volatile.Write(ref _oldest, seconds),
        _ => null,
    };

    private static Status OutcomeOf(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        foreach (var tag in tags)
        {
            if (tag.Key == "outcome" && StatusWord.TryParse(tag.Value as string, out var status))
                return status;
        }
        throw new InvalidOperationException("A record count has no outcome label.");
    }
}
