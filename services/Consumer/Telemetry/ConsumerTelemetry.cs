using System.Diagnostics;
using System.Diagnostics.Metrics;
using RideIngest.Contracts.Frames;
using RideIngest.Contracts.Outcomes;
using RideIngest.Hosting.Telemetry;
using RideIngest.Records.Kinds;

namespace RideIngest.Consumer.Telemetry;

/// <summary>The spans and metrics of the consumer.</summary>
internal static class ConsumerTelemetry
{
    /// <summary>The name of a kind that is not known, in metrics and dead letters.</summary>
    public const string UnknownKind = "unknown";

    public const string StoreSpan = "store";
    public const string ReplySpan = "reply";

    private static readonly Meter Meter = RideIngestTelemetry.Meter;

    private static readonly Counter<long> Records = Meter.CreateCounter<long>(
        "rideingest.consumer.records", description: "Records settled, by kind and outcome.");

    private static readonly Histogram<int> FrameRecords = Meter.CreateHistogram<int>(
        "rideingest.consumer.frame.records", description: "Records in a frame.");

    private static readonly Histogram<int> BatchRecords = Meter.CreateHistogram<int>(
        "rideingest.consumer.batch.records", description: "Records stored in one transaction.");

    private static readonly Histogram<double> StoreDuration = Meter.CreateHistogram<double>(
        "rideingest.consumer.store.duration", "s", "Storing one batch of one kind, retries included.");

    private static readonly Histogram<double> ReplyLatency = Meter.CreateHistogram<double>(
        "rideingest.consumer.reply.latency", "s", "Time from storing a frame in the stream to its reply.");

    private static readonly Counter<long> DeadLetters = Meter.CreateCounter<long>(
        "rideingest.consumer.dead_letters", description: "Dead letters kept, by kind and code.");

    private static readonly Counter<long> StoreFailures = Meter.CreateCounter<long>(
        "rideingest.consumer.store.failures", description: "Attempts to store while Postgres was unavailable; each is retried.");

    private static readonly Gauge<int> CanStore = Meter.CreateGauge<int>(
        "rideingest.consumer.can_store", description: "1 while this consumer can store, otherwise 0.");

    // Null while unknown, because the last value may be out of date.
    private static volatile Sight? _stream;

    static ConsumerTelemetry()
    {
        Meter.CreateObservableGauge(
            "rideingest.stream.backlog", () => Seen(stream => stream.Backlog),
            description: "Frames in the stream that are not settled, including those in hand.");
        Meter.CreateObservableGauge(
            "rideingest.stream.pending_acks", () => Seen(stream => stream.PendingAcks),
            description: "Frames that a consumer has in hand.");
        Meter.CreateObservableGauge(
            "rideingest.stream.oldest.age", () => Seen(stream => stream.Oldest), "s", "Age of the oldest frame that is not settled.");
    }

    /// <summary>What the console shows of the rides.</summary>
    public static FigureSource[] Figures(string system) =>
    [
        new(system, SystemFigure.Done, Records, ("outcome", [Status.Stored.Word(), Status.Duplicate.Word()])),
        new(system, SystemFigure.Failed, Records, ("outcome", [Status.Conflict.Word(), Status.Invalid.Word(), Status.Failed.Word()])),
    ];

    /// <summary>Creates the counters at 0. Postgres' codes of dead letters are not among them, because any may occur.</summary>
    public static void StartAtZero(IEnumerable<Kind> kinds, IReadOnlyList<string> recordCodes, IReadOnlyList<string> frameCodes)
    {
        StoreFailures.Add(0);
        foreach (var kind in kinds)
        {
            foreach (var status in FrameReply.Settled)
                Records.Add(0, new("kind", kind.Name), new("outcome", status.Word()));
            foreach (var code in recordCodes.Concat(frameCodes))
                DeadLetter(kind.Name, code, 0);
        }
        foreach (var code in frameCodes)
            DeadLetter(UnknownKind, code, 0);
    }

    /// <summary>Starts the span of a batch.</summary>
    public static Activity? StartStore(Kind kind, ActivityContext parent) =>
        RideIngestTelemetry.Source.StartActivity($"{StoreSpan} {kind.Name}", ActivityKind.Consumer, parent);

    /// <summary>Starts the span of a frame's reply in the frame's trace, with a link to the store if that is in another trace.</summary>
    public static Activity? StartReply(ActivityContext frame)
    {
        if (frame == default)
            return null;
        var store = Activity.Current;
        var span = RideIngestTelemetry.Source.StartActivity(ReplySpan, ActivityKind.Producer, frame);
        if (span is { IsAllDataRequested: true } && store is not null && store.TraceId != frame.TraceId)
            span.AddLink(new ActivityLink(store.Context));
        return span;
    }

    /// <summary>Sets the outcomes of a frame on the span of its reply, and the id of a record that is alone in it.</summary>
    public static void Describe(Activity? span, FrameReply reply, RecordId alone)
    {
        if (span is not { IsAllDataRequested: true })
            return;
        foreach (var status in FrameReply.Settled)
        {
            if (reply.Of(status) is > 0 and var count)
                span.SetTag($"rideingest.{status.Word()}", count);
        }
        if (!alone.IsMissing)
            span.SetTag("rideingest.record.id", alone.ToString());
        if (reply.Failed > 0)
            span.SetStatus(ActivityStatusCode.Error, reply.Exceptions.First(one => one.Outcome.Status == Status.Failed).Outcome.Message);
    }

    public static void Settled(string kind, FrameReply reply, TimeSpan latency)
    {
        FrameRecords.Record(reply.Received, new KeyValuePair<string, object?>("kind", kind));
        ReplyLatency.Record(latency.TotalSeconds, new KeyValuePair<string, object?>("kind", kind));
        foreach (var status in FrameReply.Settled)
        {
            if (reply.Of(status) is > 0 and var count)
                Records.Add(
                    count, new KeyValuePair<string, object?>("kind", kind), new KeyValuePair<string, object?>("outcome", status.Word()));
        }
    }

    public static void Stored(string kind, int records, TimeSpan duration)
    {
        BatchRecords.Record(records, new KeyValuePair<string, object?>("kind", kind));
        StoreDuration.Record(duration.TotalSeconds, new KeyValuePair<string, object?>("kind", kind));
    }

    public static void StoreFailed() => StoreFailures.Add(1);

    public static void DeadLetter(string kind, string code, int count = 1) =>
        DeadLetters.Add(count, new KeyValuePair<string, object?>("kind", kind), new KeyValuePair<string, object?>("code", code));

    /// <param name="stream">Null when it could not be read.</param>
    public static void Observed((long Backlog, long PendingAcks, TimeSpan Oldest)? stream, bool canStore)
    {
        _stream = stream is { } seen ? new Sight(seen.Backlog, seen.PendingAcks, seen.Oldest.TotalSeconds) : null;
        CanStore.Record(canStore ? 1 : 0);
    }

    private static IEnumerable<Measurement<T>> Seen<T>(Func<Sight, T> value) where T : struct =>
        _stream is { } stream ? [new Measurement<T>(value(stream))] : [];

    /// <summary>One object, because scraping and watching the stream run on different threads.</summary>
    private sealed record Sight(long Backlog, long PendingAcks, double Oldest);
}
