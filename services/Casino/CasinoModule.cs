using Microsoft.Extensions.DependencyInjection.Extensions;
using RideIngest.Casino.Aggregates;
using RideIngest.Casino.Documents;
using RideIngest.Casino.Enrich;
using RideIngest.Casino.Page;
using RideIngest.Casino.Publish;
using RideIngest.Casino.Settings;
using RideIngest.Casino.Stages;
using RideIngest.Hosting.Access;
using RideIngest.Hosting.Config;
using RideIngest.Hosting.Health;
using RideIngest.Hosting.Processes;
using RideIngest.Hosting.Telemetry;
using RideIngest.Storage.Postgres;
using RideIngest.Streams.Nats;
using RideIngest.Streams.Stages;

namespace RideIngest.Casino;

/// <summary>Publishes casino events, enriches them role by role, and counts and prints them.</summary>
public sealed class CasinoModule(CasinoDefaults defaults) : IModule
{
    public string Name => "casino";

    public void AddServices(IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services
            .AddSettings<CasinoSettings>("casino")
            .AddSwitch("roles", "casino.roles")
            .AddScopes(EventIntake.Scope, Scopes.Read)
            .AddNats(defaults.Essential)
            .AddMigrations("casino", typeof(PlayerStep), needed: provider => provider.GetRequiredService<CasinoRoles>().Has(Role.Player))
            .AddSingleton(defaults)
            .AddSingleton(CasinoOperations.Tag)
            .AddSingleton<CasinoStream>()
            .AddSingleton<CasinoRoles>();

        services.AddSingleton<StreamRoom>().AddHostedService(provider => provider.GetRequiredService<StreamRoom>());
        services.AddSingleton<EventPublisher>().AddSingleton<EventIntake>().AddSingleton<Generator>();
        services.AddSingleton<RatesApi>().AddSingleton<ExchangeRates>();
        services.AddSingleton<CurrencyStep>().AddSingleton<PlayerStep>().AddSingleton<DescriptionStep>();
        services.AddSingleton<EventAggregates>().AddSingleton<EventOutput>().AddSingleton<AggregatesStep>().AddSingleton<MissingPlayers>();
        services.AddSingleton(provider => new CountingSeat(
            provider.GetRequiredService<CasinoStream>().Stream, provider.GetRequiredService<EventAggregates>()));
        services.AddSingleton<FiguresEndpoint>().AddSingleton<LiveEndpoint>();
        services.AddEventOutbox(CasinoStream.System, provider => provider.GetRequiredService<CasinoStream>().Stream);
        services.AddStages(
            provider => provider.GetRequiredService<CasinoRoles>().Stages,
            leave: provider => provider.GetRequiredService<CountingSeat>().LeaveAsync());

        // Registered last, so that it stops first, and the stages can still process its last events.
        services.AddHostedService(provider => provider.GetRequiredService<Generator>());
        services.AddReadinessCheck<CasinoReadiness>(defaults.Essential);
    }

    public void MapEndpoints(IEndpointRouteBuilder endpoints)
    {
        var provider = endpoints.ServiceProvider;
        endpoints.MapPost("/casino/events", provider.GetRequiredService<EventIntake>().PostAsync).Needs(EventIntake.Scope).AsPublish();
        if (!provider.GetRequiredService<CasinoRoles>().Has(Role.Aggregates))
            return;
        endpoints.MapGet("/materialized", provider.GetRequiredService<FiguresEndpoint>().Get)
            .Needs(Scopes.Read).LimitedAsRead().AsFigures();
        CasinoPage.Map(endpoints);
        endpoints.MapGet("/casino/live", provider.GetRequiredService<LiveEndpoint>().GetAsync)
            .Needs(Scopes.Read).LimitedAsLivePage().Untraced();
    }
}
