using RideIngest.Hosting.Processes;
using RideIngest.Park.Commits;
using RideIngest.Park.Rebuilding;
using RideIngest.Storage.Postgres;

namespace RideIngest.Park;

/// <summary>A process that folds all events anew, compares, and ends.</summary>
public sealed class RebuildModule : IModule
{
    public string Name => "rebuild";

    public void AddServices(IServiceCollection services) => services
        .AddPostgres()
        .AddMigrations("park", typeof(CommandTable))
        .AddSingleton<EventRebuild>()
        .AddHostedService<RebuildCommand>();

    public void MapEndpoints(IEndpointRouteBuilder endpoints)
    {
    }
}
