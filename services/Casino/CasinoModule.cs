using RideIngest.Casino.Aggregates;
using RideIngest.Casino.Documents;
using RideIngest.Casino.Enrich;
using RideIngest.Casino.Events;
using RideIngest.Casino.Page;
using RideIngest.Casino.Publish;
using RideIngest.Casino.Settings;
using RideIngest.Hosting.Access;
using RideIngest.Hosting.Config;
using RideIngest.Hosting.Health;
using RideIngest.Hosting.Telemetry;
using RideIngest.Pages.Shell;
using RideIngest.Storage.Postgres;
using RideIngest.Storage.SharedKeys;
using RideIngest.Streams.Setup;
using RideIngest.Streams.Systems;

namespace RideIngest.Casino;

/// <summary>Accepts casino events, enriches them role by role, and counts and prints them.</summary>
public sealed class CasinoModule(CasinoDefaults defaults) : SystemModule<CasinoSettings>("casino", defaults.Essential)
{
    private const string Notes =
        "`amount` and `currency` are for bets and deposits only, `has_won` for bets, `game_id` for all but deposits. "
        + "`amount` is in the currency's smallest unit.";

    protected override void Define(SystemBuilder<CasinoSettings> system)
    {
        var format = CasinoEventFormat.Instance;
        system.Describe("Publish casino events, and read the figures that are made of them");
        system.Intake("/casino/events", new EventKind(), Subjects.OfNew, format, Notes);
        system.Stage<CurrencyStep, CasinoEvent>(
            "currency", format, from: [Subjects.Plain, Subjects.Foreign], next: Subjects.Player, Runs(Role.Currency));
        system.Stage<PlayerStep, CasinoEvent>("player", format, from: [Subjects.Player], next: Subjects.Description, Runs(Role.Player));
        system.Stage<DescriptionStep, CasinoEvent>(
            "description", format, from: [Subjects.Description], next: Subjects.Aggregates, Runs(Role.Description));
        system.Stage<AggregatesStep, CasinoEvent>(
            "aggregates", format, from: [Subjects.Aggregates], next: null, Runs(Role.Aggregates), static (stage, provider) => stage with
            {
                Reach = provider.GetRequiredService<CountingSeat>().TakeAsync,
            });
        system.Leave(static provider => provider.GetRequiredService<CountingSeat>().LeaveAsync());
        system.Map(MapFigures);
        AddOwn(system.Services);

        static Func<CasinoSettings, bool> Runs(Role role) => settings => settings.Roles.Contains(role);
    }

    private void AddOwn(IServiceCollection services)
    {
        services
            .AddSwitch("roles", "casino.roles")
            .AddScopes(Scopes.Read)
            .AddMigrations(
                Name, typeof(PlayerStep), needed: provider => provider.GetRequiredService<CasinoSettings>().Roles.Contains(Role.Player))
            .AddSingleton(defaults);
        services.AddReadinessCheck<RatesReadiness>(essential: false);
        services.AddSingleton<RatesApi>().AddSingleton<ExchangeRates>().AddSingleton<MissingPlayers>();
        services.AddSingleton<EventAggregates>().AddSingleton<EventOutput>();
        services.AddSingleton(provider => new CountingSeat(
            provider.GetRequiredKeyedService<EnsuredStream>(Name), provider.GetRequiredService<EventAggregates>()));
        services.AddSingleton<FiguresEndpoint>().AddSingleton<LiveEndpoint>();
        services.AddPages(typeof(CasinoModule).Assembly, new NavEntry("Casino", "/casino")).AddSharedKeys();

        // Registered last, so that it stops first, and the stages can still process its last events.
        services.AddHostedService<Generator>();
    }

    private static void MapFigures(IEndpointRouteBuilder endpoints)
    {
        var provider = endpoints.ServiceProvider;
        if (!provider.GetRequiredService<CasinoSettings>().Roles.Contains(Role.Aggregates))
            return;
        endpoints.MapGet("/materialized", provider.GetRequiredService<FiguresEndpoint>().Get)
            .Needs(Scopes.Read).LimitedAsRead().AsFigures();
        endpoints.MapPages();
        endpoints.MapAssets("/casino", beside: typeof(CasinoPage), "casino.css", "casino.js");
        endpoints.MapGet("/casino/live", provider.GetRequiredService<LiveEndpoint>().GetAsync)
            .Needs(Scopes.Read).LimitedAsLivePage().Untraced();
    }
}
