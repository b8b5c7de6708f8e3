using System.Diagnostics.Metrics;
using RideIngest.Hosting.Telemetry;

namespace RideIngest.Storage.Failures;

/// <summary>The metrics of recorded failures.</summary>
internal static class FailureTelemetry
{
    public static readonly Counter<long> Recorded = RideIngestTelemetry.Meter.CreateCounter<long>(
        "rideingest.failures.recorded", description: "Failures written to ops.failures.");

    public static readonly Counter<long> Lost = RideIngestTelemetry.Meter.CreateCounter<long>(
        "rideingest.failures.lost", description: "Failures not written to ops.failures: too many, or Postgres was unavailable for long.");

    public static void StartAtZero()
    {
        Recorded.Add(0);
        Lost.Add(0);
    }
}
