using RideIngest.Hosting.Access;
using RideIngest.Hosting.Config;
using RideIngest.Hosting.Processes;
using RideIngest.Simulators.Legacy;
using RideIngest.Simulators.Mail;
using RideIngest.Simulators.Park;
using RideIngest.Simulators.Rates;
using RideIngest.Simulators.Settings;

namespace RideIngest.Simulators;

/// <summary>Simulates external services for Standalone and tests, with faults that can be switched on.</summary>
public sealed class SimulatorsModule : IModule
{
    public string Name => "simulators";

    public void AddServices(IServiceCollection services) => services
        .AddSettings<SimulatorsSettings>(Name)
        .AddScopes(Scopes.Ops)
        .AddSingleton<RatesSimulator>()
        .AddSingleton<LegacySimulator>()
        .AddSingleton(TimeProvider.System)
        .AddSingleton(provider => provider.GetRequiredService<SimulatorsSettings>().Park)
        .AddSingleton<ParkApi>().AddHostedService<ParkVisitors>()
        .AddSingleton<MailSimulator>().AddHostedService(provider => provider.GetRequiredService<MailSimulator>());

    public void MapEndpoints(IEndpointRouteBuilder endpoints)
    {
        endpoints.ServiceProvider.GetRequiredService<RatesSimulator>().Map(endpoints);
        endpoints.ServiceProvider.GetRequiredService<LegacySimulator>().Map(endpoints);
        endpoints.ServiceProvider.GetRequiredService<MailSimulator>().Map(endpoints);
    }
}
