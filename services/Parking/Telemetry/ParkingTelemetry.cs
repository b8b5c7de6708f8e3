using System.Diagnostics.Metrics;
using RideIngest.Hosting.Telemetry;

namespace RideIngest.Parking.Telemetry;

/// <summary>The parking system's own metrics.</summary>
internal static class ParkingTelemetry
{
    public static readonly Histogram<double> Pairing = RideIngestTelemetry.Meter.CreateHistogram<double>(
        "rideingest.parking.pairing.latency", "s", "From the acceptance of an entry or exit until its batch is committed.");

    public static readonly Histogram<double> Summary = RideIngestTelemetry.Meter.CreateHistogram<double>(
        "rideingest.parking.file.latency", "s", "From the acceptance of an exit until its visit's line is in the summary file.");

    public static readonly Counter<long> Pairs = RideIngestTelemetry.Meter.CreateCounter<long>(
        "rideingest.parking.pairs", description: "Exits that were paired with an entry, or with another one than before.");

    private static volatile Func<bool> _summaryFails = () => false;
    private static volatile Func<bool> _mailFails = () => false;
    private static volatile IReadOnlyDictionary<(bool IsExit, string State), long> _events = new Dictionary<(bool, string), long>();

    static ParkingTelemetry()
    {
        RideIngestTelemetry.Meter.CreateObservableGauge(
            "rideingest.parking.file.failing", () => _summaryFails() ? 1 : 0,
            description: "1 while calls of the summary server fail, otherwise 0.");
        RideIngestTelemetry.Meter.CreateObservableGauge(
            "rideingest.parking.mail.failing", () => _mailFails() ? 1 : 0,
            description: "1 while the mail server takes no mail, otherwise 0.");
        RideIngestTelemetry.Meter.CreateObservableGauge(
            "rideingest.parking.events",
            () => _events.Select(count => new Measurement<long>(
                count.Value, new("gate", count.Key.IsExit ? "exit" : "entry"), new("state", count.Key.State))),
            description: "Entries and exits by state, reported by the process that swept last.");
    }

    public static void ObserveSummary(Func<bool> fails) => _summaryFails = fails;

    public static void ObserveMail(Func<bool> fails) => _mailFails = fails;

    public static void Swept(IReadOnlyDictionary<(bool IsExit, string State), long> events) => _events = events;

    public static void NotSwept() => _events = new Dictionary<(bool, string), long>();
}
