using RideIngest.Casino;
using RideIngest.Casino.Settings;
using RideIngest.CheckIn;
using RideIngest.CheckIn.Settings;
using RideIngest.Console;
using RideIngest.Consumer;
using RideIngest.Hosting.Processes;
using RideIngest.Park;
using RideIngest.Park.Settings;
using RideIngest.Parking;
using RideIngest.Parking.Settings;
using RideIngest.Producer;
using RideIngest.Simulators;
using RideIngest.Simulators.Legacy;
using RideIngest.Simulators.Mail;
using RideIngest.Simulators.Rates;
using RideIngest.Standalone.Servers;
using RideIngest.Standalone.Settings;

namespace RideIngest.Standalone;

/// <summary>The modules of the process. To add a service, add it to this list.</summary>
public static class Composition
{
    // Casino events would fill the disk and the log of someone who uses only rides, so the generator and the output are off by default.
    private static readonly CasinoDefaults Casino = new(GeneratorRate: 0, Output: false, RatesPath: RatesSimulator.Path, Essential: false);

    private static readonly ParkingDefaults Parking = new(
        GatesRate: 0, Essential: false, SummaryFile: InData,
        OwnMailPort: MailPort);

    private static readonly CheckInDefaults CheckIn = new(Essential: false, LegacyPath: LegacySimulator.Path, OwnMailPort: MailPort);

    private static readonly ParkDefaults Park = new(Essential: false);

    public static IReadOnlyList<IModule> Of(PrivateServers servers) =>
    [
        new StandaloneModule(servers),

        // Its producer takes records while one of the servers is away: then the process is degraded.
        new ConsumerModule(essential: false),
        new ProducerModule(),
        new CasinoModule(Casino),
        new ParkingModule(Parking),
        new CheckInModule(CheckIn),
        new ParkModule(Park),
        new SimulatorsModule(),
        new ConsoleModule(),
    ];

    private static int? MailPort(IServiceProvider provider) => provider.GetRequiredService<MailSimulator>().Port;

    private static string InData(IServiceProvider provider) =>
        Path.Combine(provider.GetRequiredService<StandaloneSettings>().Data, ParkingDefaults.SummaryName);
}
