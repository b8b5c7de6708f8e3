using RideIngest.Hosting.Config;
using RideIngest.Hosting.Processes;
using RideIngest.Pages.Shell;
using RideIngest.Standalone.Page;
using RideIngest.Standalone.Servers;
using RideIngest.Standalone.Settings;
using RideIngest.Storage.Postgres;
using RideIngest.Streams.Nats;

namespace RideIngest.Standalone;

/// <summary>The page at <c>/rides</c>, with the servers and the process.</summary>
public sealed class StandaloneModule(PrivateServers servers) : IModule
{
    public string Name => "standalone";

    public void AddServices(IServiceCollection services) => services
        .AddSettings<StandaloneSettings>("standalone")
        .AddSwitch("data", "standalone.data")
        .AddNats(essential: false)
        .AddPostgres(essential: false)
        .AddSingleton(servers)
        .AddPages(typeof(StandaloneModule).Assembly, new NavEntry("Rides", "/rides"))
        .AddHostedService<ServerKeeper>()
        .AddSingleton<Overview>()
        .AddSingleton<Traffic>()
        .AddSingleton<History>()
        .AddSingleton<Failures>()
        .AddSingleton<Instances>().AddHostedService(provider => provider.GetRequiredService<Instances>())
        .AddSingleton<LiveFeed>().AddHostedService(provider => provider.GetRequiredService<LiveFeed>())
        .AddSingleton<LiveStream>();

    public void MapEndpoints(IEndpointRouteBuilder endpoints) => RidesEndpoints.Map(endpoints);
}
