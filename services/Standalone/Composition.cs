using RideIngest.Platform.Hosting;

namespace RideIngest.Standalone;

/// <summary>What runs in the one process: a service joins by standing in this list.</summary>
public static class Composition
{
    public static IReadOnlyList<IModule> Of(PrivateServers servers) => [new StandaloneModule(servers)];
}
