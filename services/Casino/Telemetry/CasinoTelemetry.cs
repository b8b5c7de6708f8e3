using System.Diagnostics.Metrics;
using RideIngest.Hosting.Telemetry;

namespace RideIngest.Casino.Telemetry;

/// <summary>Every metric of the casino, and their names.</summary>
internal static class CasinoTelemetry
{
    private static readonly Counter<long> Events = RideIngestTelemetry.Meter.CreateCounter<long>(
        "rideingest.casino.events", description: "Events that a role has handed on, by the consumer that they came through.");

    private static readonly Histogram<int> FrameEvents = RideIngestTelemetry.Meter.CreateHistogram<int>(
        "rideingest.casino.frame.events", description: "Events in a frame as it is published first.");

    private static readonly Counter<long> Refused = RideIngestTelemetry.Meter.CreateCounter<long>(
        "rideingest.casino.refused", description: "Posted events that are not well-formed.");

    private static readonly Counter<long> Repeated = RideIngestTelemetry.Meter.CreateCounter<long>(
        "rideingest.casino.repeated", description: "Events that were delivered again after they had been counted.");

    private static readonly Gauge<long> StreamBytes = RideIngestTelemetry.Meter.CreateGauge<long>(
        "rideingest.casino.stream.size", "By", "What waits in the stream for any role.");

    public static void Handled(string consumer, int events) => Events.Add(events, new KeyValuePair<string, object?>("consumer", consumer));

    public static void FramePublished(int events) => FrameEvents.Record(events);

    public static void EventRefused() => Refused.Add(1);

    public static void EventsRepeated(int events) => Repeated.Add(events);

    public static void StreamHolds(long bytes) => StreamBytes.Record(bytes);
}
