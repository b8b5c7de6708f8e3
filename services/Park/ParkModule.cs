using Microsoft.Extensions.DependencyInjection.Extensions;
using RideIngest.Hosting.Access;
using RideIngest.Hosting.Config;
using RideIngest.Hosting.Health;
using RideIngest.Hosting.OpenApi;
using RideIngest.Hosting.Processes;
using RideIngest.Hosting.Telemetry;
using RideIngest.Pages.Shell;
using RideIngest.Park.Board;
using RideIngest.Park.Boarding;
using RideIngest.Park.Commands;
using RideIngest.Park.Commits;
using RideIngest.Park.Keeping;
using RideIngest.Park.Live;
using RideIngest.Park.OldForm;
using RideIngest.Park.Page;
using RideIngest.Park.Reads;
using RideIngest.Park.Settings;
using RideIngest.Park.Telemetry;
using RideIngest.Storage.Postgres;
using RideIngest.Storage.SharedKeys;
using RideIngest.Streams.Nats;

namespace RideIngest.Park;

/// <summary>Rides of a theme park and the queues for them: commands, waiting times, boarding by the clock, and live figures.</summary>
public sealed class ParkModule(ParkDefaults defaults) : IModule
{
    public string Name => "park";

    public void AddServices(IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services
            .AddSettings<ParkSettings>(Name)
            .AddSwitch("roles", "park.roles")
            .AddScopes(Scopes.Read, Scopes.Ops, Scopes.Write(Name))
            .AddNats(essential: false)
            .AddPostgres(essential: false)
            .AddReadinessCheck<BoardReadiness>(defaults.Essential)
            .AddMigrations(Name, typeof(CommandTable))
            .AddSingleton(new DocumentTag(Name, "Rides of a theme park, the queues for them, and their waiting times"))
            .AddSingleton(new DocumentTag("park-old", "The park for clients of its first version"))
            .AddSingleton<ParkClock>()
            .AddSingleton<ParkMemory>()
            .AddSingleton<CommandTable>()
            .AddSingleton<CommitNews>().AddHostedService(provider => provider.GetRequiredService<CommitNews>())
            .AddSingleton<CommandStore>().AddHostedService(provider => provider.GetRequiredService<CommandStore>())
            .AddSingleton<RideBoard>().AddHostedService(provider => provider.GetRequiredService<RideBoard>())
            .AddHostedService<Timekeeper>()
            .AddHostedService<EventArchive>()
            .AddHostedService<AnswerPurge>()
            .AddSingleton<WaitHistory>().AddHostedService(provider => provider.GetRequiredService<WaitHistory>())
            .AddSingleton<LiveRides>().AddHostedService(provider => provider.GetRequiredService<LiveRides>())
            .AddSingleton<WatchEndpoint>()
            .AddSingleton<CommandAnswers>()
            .AddSingleton<CustomerReader>()
            .AddSystemFigures(ParkTelemetry.Figures)
            .AddPages(typeof(ParkModule).Assembly, new NavEntry("Park", "/park")).AddSharedKeys();
    }

    public void MapEndpoints(IEndpointRouteBuilder endpoints)
    {
        if (!endpoints.ServiceProvider.GetRequiredService<ParkSettings>().Roles.Contains(ParkRole.Api))
            return;
        CommandEndpoints.Map(endpoints);
        ParkReads.Map(endpoints);
        WatchEndpoint.Map(endpoints);
        OldEndpoints.Map(endpoints);
        endpoints.MapPages();
        endpoints.MapAssets("/park", beside: typeof(ParkPage), "park.css");
    }
}
