using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace RideIngest.Hosting.Processes;

/// <summary>A service that runs alone in its own process, or with others in Standalone.</summary>
public interface IModule
{
    /// <summary>The name, one lower-case word: <c>producer</c>.</summary>
    string Name { get; }

    /// <summary>
    /// Registers the module's settings (<c>AddSettings</c>), <c>AddNats</c>, <c>AddPostgres</c>, <c>AddMigrations</c> and hosted services.
    /// Hosted services start in the order of registration and stop in reverse order, after the last request was answered.
    /// </summary>
    void AddServices(IServiceCollection services);

    void MapEndpoints(IEndpointRouteBuilder endpoints);
}
