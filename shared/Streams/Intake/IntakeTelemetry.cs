using System.Diagnostics.Metrics;
using RideIngest.Hosting.Telemetry;

namespace RideIngest.Streams.Intake;

/// <summary>The metrics of every system's intake.</summary>
internal static class IntakeTelemetry
{
    private static readonly Histogram<int> FrameEvents = RideIngestTelemetry.Meter.CreateHistogram<int>(
        "rideingest.intake.frame.events", description: "Events in a frame when it is first published.");

    private static readonly Counter<long> RefusedEvents = RideIngestTelemetry.Meter.CreateCounter<long>(
        "rideingest.intake.refused", description: "Posted events that are invalid.");

    private static readonly Gauge<long> StreamBytes = RideIngestTelemetry.Meter.CreateGauge<long>(
        "rideingest.intake.stream.size", "By", "Bytes of events waiting in the stream.");

    private static readonly Gauge<int> StreamFull = RideIngestTelemetry.Meter.CreateGauge<int>(
        "rideingest.intake.stream.full", description: "1 while no events are taken because a quarter of the stream is used, otherwise 0.");

    /// <summary>What the console shows of a system's intake.</summary>
    public static FigureSource[] Figures(string system) =>
    [
        new(system, SystemFigure.Taken, FrameEvents, ("system", [system])),
        new(system, SystemFigure.Failed, RefusedEvents, ("system", [system])),
    ];

    public static void FramePublished(string system, int events) => FrameEvents.Record(events, Tag(system));

    public static void Refused(string system) => RefusedEvents.Add(1, Tag(system));

    public static void StreamHolds(string system, long bytes, bool isFull)
    {
        StreamBytes.Record(bytes, Tag(system));
        StreamFull.Record(isFull ? 1 : 0, Tag(system));
    }

    private static KeyValuePair<string, object?> Tag(string system) => new("system", system);
}
