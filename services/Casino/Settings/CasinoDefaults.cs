namespace RideIngest.Casino.Settings;

/// <summary>Defaults of settings that depend on the process in which the casino runs.</summary>
/// <param name="GeneratorRate">Events per second.</param>
/// <param name="Output">Whether to print each event.</param>
/// <param name="RatesPath">The path of exchange rates that this process serves itself; null if it does not.</param>
/// <param name="Essential">Whether a process that can take no events is not ready, or only degraded.</param>
public sealed record CasinoDefaults(double GeneratorRate, bool Output, string? RatesPath, bool Essential)
{
    /// <summary>The defaults of a casino process: random pauses under 100 ms between events, and each event is printed.</summary>
    public static readonly CasinoDefaults Alone = new(20, Output: true, RatesPath: null, Essential: true);
}
