using RideIngest.Casino;
using RideIngest.Casino.Settings;
using RideIngest.Console;
using RideIngest.Consumer;
using RideIngest.Hosting.Processes;
using RideIngest.Producer;
using RideIngest.Simulators;
using RideIngest.Simulators.Rates;
using RideIngest.Standalone.Servers;

namespace RideIngest.Standalone;

/// <summary>The modules of the process. To add a service, add it to this list.</summary>
public static class Composition
{
    // Casino events would fill the disk and the log of someone who uses only rides, so the generator and the output are off by default.
    private static readonly CasinoDefaults Casino = new(GeneratorRate: 0, Output: false, RatesPath: RatesSimulator.Path, Essential: false);

    public static IReadOnlyList<IModule> Of(PrivateServers servers) =>
    [
        new StandaloneModule(servers),

        // Its producer takes records while one of the servers is away: then the process is degraded.
        new ConsumerModule(essential: false),
        new ProducerModule(),
        new CasinoModule(Casino),
        new SimulatorsModule(),
        new ConsoleModule(),
    ];
}
