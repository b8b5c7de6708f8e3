using System.Diagnostics.Metrics;
using RideIngest.Hosting.Telemetry;

namespace RideIngest.Casino.Telemetry;

/// <summary>The metrics of the casino.</summary>
internal static class CasinoTelemetry
{
    private static readonly Histogram<int> FrameEvents = RideIngestTelemetry.Meter.CreateHistogram<int>(
        "rideingest.casino.frame.events", description: "Events in a frame when it is first published.");

    private static readonly Counter<long> Refused = RideIngestTelemetry.Meter.CreateCounter<long>(
        "rideingest.casino.refused", description: "Posted events that are invalid.");

    private static readonly Counter<long> Repeated = RideIngestTelemetry.Meter.CreateCounter<long>(
        "rideingest.casino.repeated", description: "Events that were delivered again after they had been counted.");

    private static readonly Gauge<long> StreamBytes = RideIngestTelemetry.Meter.CreateGauge<long>(
        "rideingest.casino.stream.size", "By", "Bytes of events waiting in the stream.");

    private static readonly Gauge<int> StreamFull = RideIngestTelemetry.Meter.CreateGauge<int>(
        "rideingest.casino.stream.full", description: "1 while no events are taken because a quarter of the stream is used, otherwise 0.");

    public static void FramePublished(int events) => FrameEvents.Record(events);

    public static void EventRefused() => Refused.Add(1);

    public static void EventsRepeated(int events) => Repeated.Add(events);

    public static void StreamHolds(long bytes, bool isFull)
    {
        StreamBytes.Record(bytes);
        StreamFull.Record(isFull ? 1 : 0);
    }
}
