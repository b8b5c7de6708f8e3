using RideIngest.Casino.Settings;
using RideIngest.Hosting.Health;

namespace RideIngest.Casino.Enrich;

/// <summary>Reports that exchange rates fail. The process is degraded then, because only events that need a rate wait.</summary>
internal sealed class RatesReadiness(CasinoSettings settings, IServiceProvider provider) : IReadinessCheck
{
    public string Name => "rates";

    public ValueTask<string?> MissingAsync(CancellationToken cancellationToken) =>
        new(settings.Roles.Contains(Role.Currency) ? provider.GetRequiredService<ExchangeRates>().Trouble : null);
}
