namespace RideIngest.Casino.Settings;

/// <summary>What settings that are not said mean, which depends on the process that the casino runs in.</summary>
/// <param name="GeneratorRate">Events per second.</param>
/// <param name="Output">Whether each event is printed.</param>
/// <param name="RatesPath">Where this very process serves exchange rates, if it does.</param>
/// <param name="Essential">Whether a process without the stream is not ready, or only degraded.</param>
public sealed record CasinoDefaults(double GeneratorRate, bool Output, string? RatesPath, bool Essential)
{
    /// <summary>A process of its own: a random pause of under 100 ms between events, and each of them printed.</summary>
    public static readonly CasinoDefaults Alone = new(20, Output: true, RatesPath: null, Essential: true);
}
