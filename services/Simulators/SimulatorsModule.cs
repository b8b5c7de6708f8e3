using RideIngest.Hosting.Access;
using RideIngest.Hosting.Processes;
using RideIngest.Simulators.Rates;

namespace RideIngest.Simulators;

/// <summary>Simulates external services for Standalone and tests, with faults that can be switched on.</summary>
public sealed class SimulatorsModule : IModule
{
    public string Name => "simulators";

    public void AddServices(IServiceCollection services) => services.AddScopes(Scopes.Ops).AddSingleton<RatesSimulator>();

    public void MapEndpoints(IEndpointRouteBuilder endpoints) =>
        endpoints.ServiceProvider.GetRequiredService<RatesSimulator>().Map(endpoints);
}
