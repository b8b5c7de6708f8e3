using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using RideIngest.Hosting.Telemetry;

namespace RideIngest.Storage.DeadLetters;

/// <summary>The metric of open dead letters. Every process that counts them reports the same.</summary>
internal static class DeadLetterTelemetry
{
    private static readonly ConcurrentDictionary<string, long> Open = new();

    static DeadLetterTelemetry() => RideIngestTelemetry.Meter.CreateObservableGauge(
        "rideingest.dead_letters.open",
        () => Open.Select(open => new Measurement<long>(open.Value, new KeyValuePair<string, object?>("system", open.Key))),
        description: "Open dead letters; at most the latest 10000 of all systems are counted.");

    /// <param name="open">The open letters of each system that has any.</param>
    public static void Counted(IReadOnlyDictionary<string, long> open)
    {
        foreach (var system in Open.Keys.Except(open.Keys))
            Open[system] = 0;
        foreach (var (system, count) in open)
            Open[system] = count;
    }
}
