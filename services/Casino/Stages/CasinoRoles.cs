using RideIngest.Casino.Aggregates;
using RideIngest.Casino.Enrich;
using RideIngest.Casino.Events;
using RideIngest.Casino.Settings;
using RideIngest.Hosting.Config;
using RideIngest.Streams.Stages;

namespace RideIngest.Casino.Stages;

/// <summary>Creates the stages for this process's roles. The generator has no stage, because it only publishes.</summary>
internal sealed class CasinoRoles(IServiceProvider provider, CasinoStream casino, CasinoSettings settings)
{
    private IReadOnlyList<Stage>? _stages;

    public IReadOnlyList<Stage> Stages => _stages ??= [.. settings.Roles.Distinct().SelectMany(Of)];

    public bool Has(Role role) => settings.Roles.Contains(role);

    private IEnumerable<Stage> Of(Role role) => role switch
    {
        Role.Currency => [Currency()],
        Role.Player => [Of<PlayerStep>(casino.Stage("player", CasinoStream.Description.Subject, CasinoStream.Player))],
        Role.Description => [Of<DescriptionStep>(casino.Stage("description", CasinoStream.Aggregates.Subject, CasinoStream.Description))],
        Role.Aggregates =>
        [
            Of<AggregatesStep>(casino.Stage("aggregates", next: null, CasinoStream.Aggregates) with
            {
                Reach = provider.GetRequiredService<CountingSeat>().TakeAsync,
            }),
        ],
        _ => [],
    };

    /// <exception cref="StartupException">No exchange-rate API is configured.</exception>
    private Stage<CasinoEvent> Currency()
    {
        provider.GetRequiredService<RatesApi>().EnsureChosen();
        return Of<CurrencyStep>(
            casino.Stage("currency", CasinoStream.Player.Subject, CasinoStream.CurrencyPlain, CasinoStream.CurrencyForeign));
    }

    private Stage<CasinoEvent> Of<TStep>(StageDefinition definition)
        where TStep : Step<CasinoEvent> => new(provider, definition, CasinoEventFormat.Instance, provider.GetRequiredService<TStep>());
}
