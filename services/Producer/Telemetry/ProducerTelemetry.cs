using System.Diagnostics;
using System.Diagnostics.Metrics;
using RideIngest.Contracts.Outcomes;
using RideIngest.Hosting.Telemetry;
using RideIngest.Records.Kinds;

namespace RideIngest.Producer.Telemetry;

/// <summary>The producer's metrics.</summary>
internal static class ProducerTelemetry
{
    public static readonly Histogram<long> FrameSize =
        RideIngestTelemetry.Meter.CreateHistogram<long>(
            "rideingest.producer.frame.records", "{record}", "Records per frame sent.");

    public static readonly Counter<long> StoredDirectly =
        RideIngestTelemetry.Meter.CreateCounter<long>(
            "rideingest.producer.stored_directly", "{record}", "Records stored directly in Postgres, because NATS was unavailable.");

    public static readonly Counter<long> Refused =
        RideIngestTelemetry.Meter.CreateCounter<long>(
            "rideingest.producer.refused", "{record}",
            "Requests and upload frames refused without an outcome, by problem.");

    private static readonly Histogram<double> AnswerDuration =
        RideIngestTelemetry.Meter.CreateHistogram<double>(
            "rideingest.producer.answer.duration", "s", "Time from a single record's request to its answer.");

    private static readonly Gauge<int> InFlight =
        RideIngestTelemetry.Meter.CreateGauge<int>(
            "rideingest.producer.records_in_flight", "{record}",
            "Single records whose senders wait, limited by producer.records_in_flight.");

    private static readonly Gauge<int> PendingReplies =
        RideIngestTelemetry.Meter.CreateGauge<int>(
            "rideingest.producer.pending_replies", "{frame}", "Frames sent whose outcome is awaited.");

    private static readonly Counter<long> Answers =
        RideIngestTelemetry.Meter.CreateCounter<long>("rideingest.producer.records", "{record}", "Records answered, by kind and outcome.");

    private static readonly object[] Words = [.. Enum.GetValues<Status>().Select(status => status.Word())];

    /// <summary>What the console shows of the rides. Outcomes of records in the stream are the consumer's.</summary>
    /// <param name="problems">The problems of records that are not kept.</param>
    public static FigureSource[] Figures(string system, string[] problems) =>
    [
        new(system, SystemFigure.Taken, Answers),
        new(system, SystemFigure.Done, StoredDirectly),
        new(system, SystemFigure.Failed, Answers, ("outcome", [Status.Invalid.Word()])),
        new(system, SystemFigure.Failed, Refused, ("problem", problems)),
        new(system, SystemFigure.Latency, AnswerDuration),
    ];

    /// <summary>Creates the counters at 0.</summary>
    /// <param name="problems">The problems of records that are not kept.</param>
    public static void StartAtZero(IEnumerable<Kind> kinds, IEnumerable<string> problems)
    {
        foreach (var kind in kinds)
        {
            StoredDirectly.Add(0, KindTag(kind));
            foreach (var status in Enum.GetValues<Status>())
                Answered(kind, status, 0);
        }
        foreach (var problem in problems)
            Refused.Add(0, new KeyValuePair<string, object?>("problem", problem));
    }

    public static void Answered(Kind kind, Status status, int count = 1) =>
        Answers.Add(count, KindTag(kind), new KeyValuePair<string, object?>("outcome", Words[(int)status]));

    /// <summary>Names a record and its outcome on the span of its request.</summary>
    public static void Describe(Activity? request, RecordId id, Status status)
    {
        if (request is not { IsAllDataRequested: true })
            return;
        request.SetTag("rideingest.outcome", status.Word());
        if (!id.IsMissing)
            request.SetTag("rideingest.record.id", id.ToString());
    }

    public static void AnsweredAfter(Kind kind, TimeSpan duration) => AnswerDuration.Record(duration.TotalSeconds, KindTag(kind));

    public static void Observed(int inFlight, int pendingReplies)
    {
        InFlight.Record(inFlight);
        PendingReplies.Record(pendingReplies);
    }

    public static KeyValuePair<string, object?> KindTag(Kind kind) => new("kind", kind.Name);
}
