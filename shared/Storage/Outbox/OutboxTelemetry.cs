using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using RideIngest.Hosting.Telemetry;

namespace RideIngest.Storage.Outbox;

/// <summary>The metrics of the outbox. Only the relay that has the lock reports waiting events.</summary>
internal static class OutboxTelemetry
{
    private static readonly Counter<long> Relayed = RideIngestTelemetry.Meter.CreateCounter<long>(
        "rideingest.outbox.published", description: "Events that the relay has published.");

    private static readonly Histogram<double> Latency = RideIngestTelemetry.Meter.CreateHistogram<double>(
        "rideingest.outbox.latency", "s", "From the transaction that adds an event until the stream has it.");

    private static readonly ConcurrentDictionary<string, Sight> Seen = new();

    static OutboxTelemetry()
    {
        RideIngestTelemetry.Meter.CreateObservableGauge(
            "rideingest.outbox.backlog", () => Of(sight => sight.Count),
            description: "Committed events that are not published; at most 100000 are counted.");
        RideIngestTelemetry.Meter.CreateObservableGauge(
            "rideingest.outbox.oldest.age",
            () => Of(sight => sight.Oldest is { } oldest ? Math.Max(0, (DateTimeOffset.UtcNow - oldest).TotalSeconds) : 0),
            "s", "Age of the oldest event that is not published.");
    }

    public static void Published(string system, IReadOnlyCollection<WaitingEvent> events)
    {
        var tag = new KeyValuePair<string, object?>("system", system);
        if (events.Count > 0)
            Relayed.Add(events.Count, tag);
        var now = DateTime.UtcNow;
        foreach (var item in events)
            Latency.Record(Math.Max(0, (now - item.CreatedAt).TotalSeconds), tag);
    }

    /// <param name="waiting">Null when this process does not relay.</param>
    public static void Observed(string system, (long Count, DateTimeOffset? Oldest)? waiting)
    {
        if (waiting is { } seen)
            Seen[system] = new Sight(seen.Count, seen.Oldest);
        else
            Seen.TryRemove(system, out _);
    }

    private static IEnumerable<Measurement<T>> Of<T>(Func<Sight, T> value)
        where T : struct =>
        Seen.Select(sight => new Measurement<T>(value(sight.Value), new KeyValuePair<string, object?>("system", sight.Key)));

    private sealed record Sight(long Count, DateTimeOffset? Oldest);
}
