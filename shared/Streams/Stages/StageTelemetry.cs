using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using RideIngest.Hosting.Telemetry;

namespace RideIngest.Streams.Stages;

/// <summary>The spans and metrics of all stages.</summary>
internal static class StageTelemetry
{
    private const string Done = "done";
    private const string Retry = "retry";
    private const string DeadLetter = "dead_letter";

    private static readonly Meter Meter = RideIngestTelemetry.Meter;

    private static readonly Counter<long> Events = Meter.CreateCounter<long>(
        "rideingest.stage.events", description: "Events that a stage has settled or returned, by result.");

    private static readonly Histogram<double> Duration = Meter.CreateHistogram<double>(
        "rideingest.stage.duration", "s", "Duration of one run of a stage's step.");

    private static readonly ConcurrentDictionary<(string System, string Stage, string Subject), (long Backlog, double Oldest)> Seen = new();

    static StageTelemetry()
    {
        Meter.CreateObservableGauge(
            "rideingest.stage.backlog", () => Each(seen => seen.Backlog), description: "Frames that wait for a stage or are in hand.");
        Meter.CreateObservableGauge(
            "rideingest.stage.oldest.age", () => Each(seen => seen.Oldest), "s", "Age of the oldest frame that waits for a stage.");
    }

    /// <summary>What the console shows of a stage.</summary>
    /// <param name="isLast">Whether an event that the stage is done with has left the system.</param>
    public static IEnumerable<FigureSource> Figures(string system, string stage, bool isLast)
    {
        (string, string[])[] own = [("system", [system]), ("stage", [stage])];
        yield return new(system, SystemFigure.Failed, Events, [.. own, ("result", [DeadLetter])]);
        yield return new(system, SystemFigure.Latency, Duration, own);
        if (isLast)
            yield return new(system, SystemFigure.Done, Events, [.. own, ("result", [Done])]);
    }

    /// <summary>Starts the span of a batch in the trace of its first recorded frame, with links to all other traces.</summary>
    public static Activity? Start<TEvent>(StageDefinition stage, IReadOnlyList<EventFrame<TEvent>> frames)
    {
        EventFrame<TEvent>? owner = null;
        foreach (var frame in frames)
            owner ??= frame.Trace.TraceFlags.HasFlag(ActivityTraceFlags.Recorded) ? frame : null;
        if (owner is null)
            return null;
        var span = RideIngestTelemetry.Source.StartActivity($"{stage.System} {stage.Name}", ActivityKind.Consumer, owner.Trace);
        if (span is not { IsAllDataRequested: true })
            return span;
        span.SetTag("rideingest.events", frames.Sum(frame => frame.Events.Count));
        var others = frames
            .SelectMany(frame => Enumerable.Range(0, frame.Events.Count).Select(frame.TraceOf))
            .Where(trace => trace != default && trace.TraceId != owner.Trace.TraceId);
        foreach (var trace in others.Distinct())
            span.AddLink(new ActivityLink(trace));
        return span;
    }

    public static void Ran(StageDefinition stage, TimeSpan duration) =>
        Duration.Record(duration.TotalSeconds, new("system", stage.System), new("stage", stage.Name));

    public static void Settled(StageDefinition stage, ReadOnlySpan<StepResult> results, int unreadable)
    {
        var (done, retried) = (0, 0);
        foreach (var result in results)
        {
            done += result.IsDone ? 1 : 0;
            retried += result.IsRetry ? 1 : 0;
        }
        Add(stage, Done, done);
        Add(stage, Retry, retried);
        Add(stage, DeadLetter, results.Length - done - retried + unreadable);
    }

    /// <summary>Creates the stage's counters at 0: Prometheus does not see the step of one that appears with its first value.</summary>
    public static void StartAtZero(StageDefinition stage)
    {
        foreach (var result in (string[])[Done, Retry, DeadLetter])
            Add(stage, result, 0);
    }

    public static void Returned(StageDefinition stage, int events) => Add(stage, Retry, events);

    public static void Observed(StageDefinition stage, string subject, long backlog, TimeSpan oldest) =>
        Seen[(stage.System, stage.Name, subject)] = (backlog, oldest.TotalSeconds);

    private static void Add(StageDefinition stage, string result, int count) =>
        Events.Add(count, new("system", stage.System), new("stage", stage.Name), new("result", result));

    private static IEnumerable<Measurement<T>> Each<T>(Func<(long Backlog, double Oldest), T> value)
        where T : struct =>
        Seen.Select(seen => new Measurement<T>(
            value(seen.Value), new("system", seen.Key.System), new("stage", seen.Key.Stage), new("subject", seen.Key.Subject)));
}
