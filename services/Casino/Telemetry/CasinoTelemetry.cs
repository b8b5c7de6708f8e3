using System.Diagnostics.Metrics;
using RideIngest.Hosting.Telemetry;

namespace RideIngest.Casino.Telemetry;

/// <summary>The casino's own metrics.</summary>
internal static class CasinoTelemetry
{
    private static readonly Counter<long> Repeated = RideIngestTelemetry.Meter.CreateCounter<long>(
        "rideingest.casino.repeated", description: "Events that were delivered again after they had been counted.");

    private static volatile Func<bool> _ratesFail = () => false;

    static CasinoTelemetry() => RideIngestTelemetry.Meter.CreateObservableGauge(
        "rideingest.casino.rates.failing", () => _ratesFail() ? 1 : 0,
        description: "1 while requests for exchange rates fail, otherwise 0.");

    public static void Observe(Func<bool> ratesFail) => _ratesFail = ratesFail;

    public static void EventsRepeated(int events) => Repeated.Add(events);
}
