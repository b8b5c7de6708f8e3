using RideIngest.CheckIn.Deliveries;
using RideIngest.CheckIn.Replaying;
using RideIngest.CheckIn.Settings;
using RideIngest.CheckIn.Taps;
using RideIngest.Hosting.Config;
using RideIngest.Hosting.Processes;
using RideIngest.Storage.Outbox;
using RideIngest.Storage.Postgres;

namespace RideIngest.CheckIn;

/// <summary>A process that sends old check-outs again and ends. The relay of a check-in process publishes them.</summary>
public sealed class ReplayModule : IModule
{
    public string Name => "replay";

    public void AddServices(IServiceCollection services)
    {
        services
            .AddSettings<ReplaySettings>(Name)
            .AddSettings<CheckInSettings>("checkin")
            .AddSingleton(TimeProvider.System)
            .AddOutbox("checkin", _ => (_, _) => Task.FromResult<IReadOnlyList<bool>>([]), relays: _ => false)
            .AddMigrations("checkin", typeof(TapTable))
            .AddMigrations("checkin", typeof(DueTable))
            .AddSingleton<AuditReplay>()
            .AddHostedService<ReplayCommand>();
        foreach (var name in (string[])["employee", "from", "to", "destination", "again"])
            services.AddSwitch(name, $"replay.{name}");
        services.AddSwitch("dry-run", "replay.dry_run");
    }

    public void MapEndpoints(IEndpointRouteBuilder endpoints)
    {
    }
}
