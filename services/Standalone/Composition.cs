using RideIngest.Consumer;
using RideIngest.Platform.Hosting;
using RideIngest.Producer;

namespace RideIngest.Standalone;

/// <summary>What runs in the one process: a service joins by standing in this list.</summary>
public static class Composition
{
    public static IReadOnlyList<IModule> Of(PrivateServers servers) => [new StandaloneModule(servers), new ConsumerModule(), new ProducerModule()];
}
