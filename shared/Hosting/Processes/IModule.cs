using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace RideIngest.Hosting.Processes;

/// <summary>A service, apart from the process that it runs in: alone behind its own Program, or with others in Standalone.</summary>
public interface IModule
{
    /// <summary>One lower-case word: <c>producer</c>.</summary>
    string Name { get; }

    /// <summary>
    /// Registers what the module needs: its settings (<c>AddSettings</c>), <c>AddNats</c>, <c>AddPostgres</c>, <c>AddMigrations</c>, its
    /// hosted services. Those start in the order of registration and stop in the reverse one, after the last request has been answered.
    /// </summary>
    void AddServices(IServiceCollection services);

    void MapEndpoints(IEndpointRouteBuilder endpoints);
}
