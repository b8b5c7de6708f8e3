using System.Diagnostics.Metrics;
using RideIngest.Hosting.Telemetry;

namespace RideIngest.Streams.Nats;

/// <summary>The metrics of the connection to NATS.</summary>
internal static class NatsTelemetry
{
    private static readonly Gauge<int> IsConnected = RideIngestTelemetry.Meter.CreateGauge<int>(
        "rideingest.nats.connected", description: "1 while NATS answers this process, otherwise 0.");

    private static readonly Gauge<double> ClockDifference = RideIngestTelemetry.Meter.CreateGauge<double>(
        "rideingest.nats.clock.difference", "s", "By how much the clock of this process is ahead of the NATS server's.");

    public static void Connected(bool connected) => IsConnected.Record(connected ? 1 : 0);

    public static void ClockAhead(TimeSpan ahead) => ClockDifference.Record(ahead.TotalSeconds);
}
