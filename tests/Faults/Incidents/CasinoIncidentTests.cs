using RideIngest.Faults.Worlds;
using RideIngest.Simulators.Rates;

namespace RideIngest.Faults.Incidents;

/// <summary>The exchange rates fail.</summary>
public sealed class CasinoIncidentTests(CasinoIncidentWorld world) : IClassFixture<CasinoIncidentWorld>
{
    private World World => world.World;

    [Fact]
    public async Task When_exchange_rates_fail_one_page_says_so_and_the_role_currency_is_degraded()
    {
        using var incident = await world.BeginAsync();
        var casino = World.Casino;
        casino.Rates.Fault = RatesFault.Errors;

        // A process that starts asks at once, and not when its rates are half a minute old.
        await casino.Currency.TerminateAsync();
        await casino.Currency.StartAsync();
        await incident.LastsUntilAsync(casino.Currency, "Exchange rates from");
        await incident.LastsAsync(16);
        casino.Rates.Fault = RatesFault.None;
        await incident.EndsAsync();

        await incident.AssertAlertsAsync(["RatesFail"]);
        Assert.Contains(incident.Readiness(casino.Currency), report => report.Status == "degraded" && report.Names("rates"));
        Assert.All(World.Instances.Except([casino.Currency]), instance => Assert.All(
            incident.Readiness(instance), report => Assert.True(report.IsWell, $"{report}")));
        Assert.Contains(incident.Warnings(casino.Currency), line => line.Contains("rate", StringComparison.OrdinalIgnoreCase));
        incident.AssertNothingRepeats();
    }
}
