using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using RideIngest.Hosting.Processes;

namespace RideIngest.Streams.Systems;

/// <summary>A system as a module. <see cref="Define"/> lists what it accepts, its stages, and the services that are its own.</summary>
/// <param name="name">Also the section of its settings, the first part of its subjects, and its schema in Postgres.</param>
/// <param name="essential">
/// Whether the process is not ready while the system serves no sender: with an intake, while neither NATS nor Postgres is available;
/// otherwise, while its stages do not work. If not, it is only degraded.
/// </param>
public abstract class SystemModule<TSettings>(string name, bool essential = true) : IModule
    where TSettings : SystemSettings, new()
{
    private SystemBuilder<TSettings>? _system;

    public string Name => name;

    public void AddServices(IServiceCollection services)
    {
        _system = new SystemBuilder<TSettings>(name, services);
        Define(_system);
        if (essential)
            _system.RequireWhatIsEssential();
    }

    public void MapEndpoints(IEndpointRouteBuilder endpoints) => _system!.Map(endpoints);

    protected abstract void Define(SystemBuilder<TSettings> system);
}
