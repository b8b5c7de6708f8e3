using RideIngest.Casino;
using RideIngest.Casino.Settings;
using RideIngest.Consumer;
using RideIngest.Hosting.Processes;
using RideIngest.Producer;
using RideIngest.Simulators;
using RideIngest.Simulators.Rates;
using RideIngest.Standalone.Servers;

namespace RideIngest.Standalone;

/// <summary>What runs in the one process: a service joins by standing in this list.</summary>
public static class Composition
{
    // Whoever starts it for rides wants no casino events on the disk and the screen: they come when they are asked for.
    private static readonly CasinoDefaults Casino = new(GeneratorRate: 0, Output: false, RatesPath: RatesSimulator.Path, Essential: false);

    public static IReadOnlyList<IModule> Of(PrivateServers servers) =>
        [new StandaloneModule(servers), new ConsumerModule(), new ProducerModule(), new CasinoModule(Casino), new SimulatorsModule()];
}
