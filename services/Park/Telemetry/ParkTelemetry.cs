using System.Diagnostics;
using System.Diagnostics.Metrics;
using RideIngest.Hosting.Telemetry;

namespace RideIngest.Park.Telemetry;

/// <summary>The park's own metrics.</summary>
internal static class ParkTelemetry
{
    private const string Done = "done";
    private const string Refused = "refused";

    private static readonly string[] Statuses = ["operating", "down", "closed", "suspected"];
    private static readonly string[] Failures = [Refused, "away", "busy", "unknown", "failed"];

    private static readonly Histogram<double> Commands = RideIngestTelemetry.Meter.CreateHistogram<double>(
        "rideingest.park.command.duration", "s", "Commands, by how they ended.");

    private static readonly Histogram<double> Lateness = RideIngestTelemetry.Meter.CreateHistogram<double>(
        "rideingest.park.boarding.lateness", "s", "How long after its time a departure by the clock was stored.");

    private static readonly Counter<long> Ended = RideIngestTelemetry.Meter.CreateCounter<long>(
        "rideingest.park.commands", description: "Commands, by how they ended.");

    private static readonly UpDownCounter<long> Clients = RideIngestTelemetry.Meter.CreateUpDownCounter<long>(
        "rideingest.park.live.clients", description: "Live clients that are connected.");

    private static readonly Counter<long> States = RideIngestTelemetry.Meter.CreateCounter<long>(
        "rideingest.park.states", description: "States of rides and customers that were needed, by where they were found.");

    private static readonly Counter<long> Heals = RideIngestTelemetry.Meter.CreateCounter<long>(
        "rideingest.park.heals", description: "States of rides that were out of date without a message that said so.");

    private static volatile Observation? _seen;

    static ParkTelemetry()
    {
        RideIngestTelemetry.Meter.CreateObservableGauge(
            "rideingest.park.rides",
            () => Statuses.Select(status => new Measurement<int>(
                _seen?.Rides.GetValueOrDefault(status) ?? 0, new KeyValuePair<string, object?>("status", status))),
            description: "Rides by status.");
        RideIngestTelemetry.Meter.CreateObservableGauge(
            "rideingest.park.figures.age",
            () => _seen is { } seen
                ? [new Measurement<double>(Stopwatch.GetElapsedTime(seen.At).TotalSeconds)]
                : Array.Empty<Measurement<double>>(),
            "s", "How long ago the rides were compared with Postgres.");
    }

    /// <summary>The park's figures on the console.</summary>
    public static IEnumerable<FigureSource> Figures =>
    [
        new("park", SystemFigure.Taken, Ended),
        new("park", SystemFigure.Done, Ended, ("result", [Done])),
        new("park", SystemFigure.Failed, Ended, ("result", Failures)),
        new("park", SystemFigure.Latency, Commands, ("result", [Done])),
    ];

    /// <param name="result">A word for how it ended; null if it was decided.</param>
    public static void Executed(string command, string? result, bool isRefused, TimeSpan duration)
    {
        KeyValuePair<string, object?> name = new("command", command), end = new("result", result ?? (isRefused ? Refused : Done));
        Commands.Record(duration.TotalSeconds, name, end);
        Ended.Add(1, name, end);
    }

    /// <summary>Starts the span of a commit in the first recorded trace of its commands; the others are linked.</summary>
    public static Activity? Committing(IEnumerable<ActivityContext> traces)
    {
        var recorded = traces
            .Where(trace => trace.TraceFlags.HasFlag(ActivityTraceFlags.Recorded)).DistinctBy(trace => trace.TraceId).ToList();
        if (recorded.Count == 0)
            return null;
        var links = recorded.Skip(1).Select(trace => new ActivityLink(trace));
        return RideIngestTelemetry.Source.StartActivity("park commit", ActivityKind.Internal, recorded[0], links: links);
    }

    /// <summary>Starts a span after another one; null if that is not recorded.</summary>
    public static Activity? Following(string name, ActivityContext before) =>
        before == default ? null : RideIngestTelemetry.Source.StartActivity(name, ActivityKind.Internal, before);

    public static void LiveClients(int change) => Clients.Add(change);

    public static void Departed(TimeSpan late) => Lateness.Record(Math.Max(0, late.TotalSeconds));

    /// <summary>Counts states that were in memory as stored, and those whose events were read.</summary>
    public static void Remembered(string root, int inMemory, int read)
    {
        States.Add(inMemory, new("root", root), new("found", "memory"));
        States.Add(read, new("root", root), new("found", "events"));
    }

    public static void Healed(int rides) => Heals.Add(rides);

    public static void Observed(Observation seen) => _seen = seen;

    /// <param name="At">The timestamp when the rides were compared with Postgres.</param>
    /// <param name="Rides">The number of rides by status.</param>
    public sealed record Observation(long At, IReadOnlyDictionary<string, int> Rides);
}
