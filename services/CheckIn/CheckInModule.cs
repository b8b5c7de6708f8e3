using RideIngest.CheckIn.Closing;
using RideIngest.CheckIn.Deliveries;
using RideIngest.CheckIn.Email;
using RideIngest.CheckIn.Events;
using RideIngest.CheckIn.LaborCost;
using RideIngest.CheckIn.Purging;
using RideIngest.CheckIn.Reads;
using RideIngest.CheckIn.Recovery;
using RideIngest.CheckIn.Settings;
using RideIngest.CheckIn.Taps;
using RideIngest.Hosting.Access;
using RideIngest.Hosting.Config;
using RideIngest.Hosting.Health;
using RideIngest.Mail.Sending;
using RideIngest.Pages.Shell;
using RideIngest.Storage.Postgres;
using RideIngest.Storage.SharedKeys;
using RideIngest.Streams.Finding;
using RideIngest.Streams.Stages;
using RideIngest.Streams.Systems;

namespace RideIngest.CheckIn;

/// <summary>Checks employees in and out by taps of their cards, and delivers each check-out to every destination.</summary>
public sealed class CheckInModule(CheckInDefaults defaults) : SystemModule<CheckInSettings>("checkin", defaults.Essential)
{
    protected override void Define(SystemBuilder<CheckInSettings> system)
    {
        var (taps, checkOuts) = (new TapKind(), new CheckOutKind());
        system.Describe("Check employees in and out, and follow the deliveries of check-outs");
        system.FanOut();
        system.Buffer<TapStep, Tap>("intake", new KindFormat<Tap>(taps), CheckInSubjects.Taps, Runs(CheckInRole.Api));
        system.Publishes(CheckInSubjects.CheckOuts, checkOuts, key: checkOut => checkOut.EmployeeId);
        system.Relay(Runs(CheckInRole.Relay));
        Deliver<LaborCostDestination>(system, Destinations.LaborCost, checkOuts);
        Deliver<EmailDestination>(system, Destinations.Email, checkOuts);
        system.Services.AddKeyedSingleton(Name, CreateSender);
        system.Map(Map);
        system.Services
            .AddSwitch("roles", "checkin.roles")
            .AddScopes(Scopes.Read, Scopes.Ops, system.WriteScope)
            .AddSingleton(defaults)
            .AddMigrations(Name, typeof(TapTable))
            .AddMigrations(Name, typeof(DueTable))
            .AddSingleton<TapTable>().AddSingleton<TapGate>().AddSingleton<AddressRates>().AddSingleton<TapEndpoint>()
            .AddSingleton<TapStore>().AddHostedService(provider => provider.GetRequiredService<TapStore>())
            .AddHostedService<TapWatch>()
            .AddSingleton<DueTable>()
            .AddSingleton<AttendanceReader>().AddSingleton<OutboxReader>().AddSingleton<CloseTable>()
            .AddSingleton<EventPartitions>().AddHostedService<PurgeSchedule>()
            .AddHostedService<LetterRecovery>().AddHostedService<DueSweep>().AddHostedService<OutboxWatch>()
            .AddFinder<EmployeeFinder>()
            .AddPages(typeof(CheckInModule).Assembly, new NavEntry("Check-in", "/checkin")).AddSharedKeys();
    }

    private static void Deliver<TDestination>(
        SystemBuilder<CheckInSettings> system, DestinationDefinition definition, CheckOutKind checkOuts)
        where TDestination : Destination
    {
        system.Services
            .AddSingleton<TDestination>()
            .AddSingleton(new DefinitionOf<TDestination>(definition))
            .AddReadinessCheck<DestinationReadiness<TDestination>>(essential: false);
        system.Stage<DeliveryStep<TDestination>, CheckOut>(
            definition.Name, new KindFormat<CheckOut>(checkOuts), from: [CheckInSubjects.CheckOuts], runs: Runs(definition.Role),
            define: DeliveryStep<TDestination>.Limit);
    }

    private static MailSender CreateSender(IServiceProvider provider, object? key)
    {
        var port = provider.GetRequiredService<CheckInDefaults>().OwnMailPort;
        var use = new MailUse("checkin.smtp", "Check-outs", "checkin@localhost", port is null ? null : () => port(provider));
        return ActivatorUtilities.CreateInstance<MailSender>(provider, provider.GetRequiredService<CheckInSettings>().Smtp, use);
    }

    private static Func<CheckInSettings, bool> Runs(CheckInRole role) => settings => settings.Roles.Contains(role);

    private static void Map(IEndpointRouteBuilder endpoints)
    {
        if (!endpoints.ServiceProvider.GetRequiredService<CheckInSettings>().Roles.Contains(CheckInRole.Api))
            return;
        TapEndpoint.Map(endpoints);
        AttendanceEndpoints.Map(endpoints);
        CloseEndpoint.Map(endpoints);
        endpoints.MapPages();
    }
}
