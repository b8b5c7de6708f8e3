using RideIngest.CheckIn.Deliveries;
using RideIngest.CheckIn.Purging;
using RideIngest.CheckIn.Taps;
using RideIngest.Hosting.Config;
using RideIngest.Hosting.Processes;
using RideIngest.Storage.DeadLetters;
using RideIngest.Storage.Postgres;

namespace RideIngest.CheckIn;

/// <summary>A process that purges old events and ends.</summary>
public sealed class PurgeModule : IModule
{
    public string Name => "purge";

    public void AddServices(IServiceCollection services) => services
        .AddSettings<PurgeSettings>(Name)
        .AddSwitch("older-than", "purge.older_than")
        .AddSingleton(TimeProvider.System)
        .AddDeadLetters()
        .AddMigrations("checkin", typeof(TapTable))
        .AddMigrations("checkin", typeof(DueTable))
        .AddSingleton<EventPartitions>()
        .AddHostedService<PurgeCommand>();

    public void MapEndpoints(IEndpointRouteBuilder endpoints)
    {
    }
}
