using System.Diagnostics.Metrics;
using RideIngest.Hosting.Telemetry;

namespace RideIngest.Casino.Telemetry;

/// <summary>The casino's own metrics.</summary>
internal static class CasinoTelemetry
{
    private static readonly Counter<long> Repeated = RideIngestTelemetry.Meter.CreateCounter<long>(
        "rideingest.casino.repeated", description: "Events that were delivered again after they had been counted.");

    public static void EventsRepeated(int events) => Repeated.Add(events);
}
