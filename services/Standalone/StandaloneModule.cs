using RideIngest.Platform.Config;
using RideIngest.Platform.Hosting;
using RideIngest.Platform.Messaging;
using RideIngest.Platform.Postgres;
using RideIngest.Standalone.Live;

namespace RideIngest.Standalone;

/// <summary>The page at <c>/</c>, over the servers that this process has started, or was told of.</summary>
public sealed class StandaloneModule(PrivateServers servers) : IModule
{
    public string Name => "standalone";

    public void AddServices(IServiceCollection services) => services
        .AddSettings<StandaloneSettings>("standalone")
        .AddSwitch("data", "standalone.data")
        .AddNats()
        .AddPostgres()
        .AddSingleton(servers)
        .AddHostedService<ServerKeeper>()
        .AddSingleton<Overview>()
        .AddSingleton<Traffic>()
        .AddSingleton<History>()
        .AddSingleton<Failures>()
        .AddSingleton<Instances>().AddHostedService(provider => provider.GetRequiredService<Instances>())
        .AddSingleton<LiveFeed>().AddHostedService(provider => provider.GetRequiredService<LiveFeed>())
        .AddSingleton<LiveStream>();

    public void MapEndpoints(IEndpointRouteBuilder endpoints) => FirstPage.Map(endpoints);
}
