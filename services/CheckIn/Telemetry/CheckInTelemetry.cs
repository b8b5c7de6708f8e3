using System.Diagnostics.Metrics;
using System.Text.Json;
using RideIngest.Hosting.Telemetry;

namespace RideIngest.CheckIn.Telemetry;

/// <summary>The check-in system's own metrics.</summary>
internal static class CheckInTelemetry
{
    private static readonly Counter<long> Taps = RideIngestTelemetry.Meter.CreateCounter<long>(
        "rideingest.checkin.taps", description: "Taps, by what became of them.");

    private static readonly Histogram<double> Calls = RideIngestTelemetry.Meter.CreateHistogram<double>(
        "rideingest.checkin.call.duration", "s", "Calls of destinations, by how they ended.");

    private static volatile Observation _seen = new([], []);

    static CheckInTelemetry()
    {
        var meter = RideIngestTelemetry.Meter;
        meter.CreateObservableGauge(
            "rideingest.checkin.breaker.open", () => Of(destination => destination.IsOpen ? 1 : 0),
            description: "1 while the circuit breaker of a destination is open, otherwise 0.");
        meter.CreateObservableGauge(
            "rideingest.checkin.rate.limit", () => Of(destination => destination.RateLimit),
            description: "The most calls of a destination per second, of all processes together.");
        meter.CreateObservableGauge(
            "rideingest.checkin.letters",
            () => _seen.Letters.Select(one => new Measurement<long>(one.Open, new KeyValuePair<string, object?>("class", one.Class))),
            description: "Open dead letters by class; at most 10000 are counted.");
    }

    /// <param name="result">What became of it, as in the answer.</param>
    public static void Tapped(string result) => Taps.Add(1, new KeyValuePair<string, object?>("result", result));

    public static void Called(string destination, string end, TimeSpan duration) =>
        Calls.Record(duration.TotalSeconds, new("destination", destination), new("end", end));

    public static string Word(Enum value) => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());

    public static void Observed(Observation seen) => _seen = seen;

    private static IEnumerable<Measurement<T>> Of<T>(Func<ObservedDestination, T> value) where T : struct =>
        _seen.Destinations.Select(one => new Measurement<T>(value(one), new KeyValuePair<string, object?>("destination", one.Name)));

    /// <summary>What is the same in all processes; each that relays reports it.</summary>
    public sealed record Observation(
        IReadOnlyList<ObservedDestination> Destinations, IReadOnlyList<(string Class, long Open)> Letters);

    public sealed record ObservedDestination(string Name, bool IsOpen, double RateLimit);
}
