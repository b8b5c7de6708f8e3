using RideIngest.Hosting.Access;
using RideIngest.Hosting.Config;
using RideIngest.Hosting.Health;
using RideIngest.Mail.Sending;
using RideIngest.Pages.Shell;
using RideIngest.Parking.Events;
using RideIngest.Parking.Gates;
using RideIngest.Parking.Invoices;
using RideIngest.Parking.Page;
using RideIngest.Parking.Pairing;
using RideIngest.Parking.Reads;
using RideIngest.Parking.Settings;
using RideIngest.Parking.Settlement;
using RideIngest.Parking.Summary;
using RideIngest.Parking.Telemetry;
using RideIngest.Storage.Postgres;
using RideIngest.Storage.SharedKeys;
using RideIngest.Streams.Finding;
using RideIngest.Streams.Stages;
using RideIngest.Streams.Systems;

namespace RideIngest.Parking;

/// <summary>Accepts entries and exits of vehicles, pairs them into visits, has visits written to a file, and invoices them.</summary>
public sealed class ParkingModule(ParkingDefaults defaults) : SystemModule<ParkingSettings>("parking", defaults.Essential)
{
    protected override void Define(SystemBuilder<ParkingSettings> system)
    {
        var (entries, exits, visits, mails) = (new EntryKind(), new ExitKind(), new VisitKind(), new InvoiceMailKind());
        system.Describe("Post entries and exits of vehicles, and read the visits that are made of them");
        system.FanOut();
        system.Intake("/parking/entries", entries, subject: _ => ParkingSubjects.Entries, runs: Runs(ParkingRole.Api));
        system.Intake("/parking/exits", exits, subject: _ => ParkingSubjects.Exits, runs: Runs(ParkingRole.Api));
        system.Stage<PairStep<Entry>, Entry>("entries", entries, from: [ParkingSubjects.Entries], runs: Runs(ParkingRole.Visits));
        system.Stage<PairStep<Exit>, Exit>("exits", exits, from: [ParkingSubjects.Exits], runs: Runs(ParkingRole.Visits));
        system.Publishes(ParkingSubjects.Visits, visits);
        system.Stage<SummaryStep, Visit>("summary", visits, from: [ParkingSubjects.Visits], runs: Runs(ParkingRole.Visits));
        system.Stage<InvoiceStep, Visit>("invoices", visits, from: [ParkingSubjects.Visits], runs: Runs(ParkingRole.Invoices));
        system.Publishes(ParkingSubjects.Mail, mails);
        system.Stage<MailStep, InvoiceMail>(
            "mail", new KindFormat<InvoiceMail>(mails), from: [ParkingSubjects.Mail], runs: Runs(ParkingRole.Invoices),
            define: MailStep.Limit);
        system.Map(endpoints => Map(endpoints, system.WriteScope));
        system.Services
            .AddSwitch("roles", "parking.roles")
            .AddScopes(Scopes.Read, Scopes.Ops)
            .AddSingleton(defaults);
        AddVisits(system.Services);
        AddSummary(system.Services);
        AddInvoices(system.Services);
        AddGates(system.Services);
    }

    private static Func<ParkingSettings, bool> Runs(ParkingRole role) => settings => settings.Roles.Contains(role);

    private void AddVisits(IServiceCollection services) => services
        .AddMigrations(Name, typeof(PairingTable))
        .AddMigrations(Name, typeof(LatencyLog))
        .AddSingleton<PairingTable>()
        .AddSingleton<MovementReader>().AddSingleton<StatisticsReader>().AddSingleton<ReadEndpoints>()
        .AddSingleton<SettlementTable>().AddSingleton<SettlementEndpoint>()
        .AddFinder<PlateFinder>()
        .AddPages(typeof(ParkingModule).Assembly, new NavEntry("Parking", "/parking")).AddSharedKeys()
        .AddHostedService<PairingSweep>()
        .AddHostedService<LatencyLog>();

    private static void AddSummary(IServiceCollection services)
    {
        services.AddReadinessCheck<SummaryReadiness>(essential: false);
        services.AddSingleton<SummaryCalls>().AddSingleton(SummaryServerOf);
        services.AddSingleton<SummaryPlace>().AddSingleton<SummaryRepair>().AddSingleton<SummaryEndpoints>();
        services.AddSingleton<SummaryWriter>().AddHostedService(provider => provider.GetRequiredService<SummaryWriter>());
    }

    private static ISummaryServer SummaryServerOf(IServiceProvider provider)
    {
        var settings = provider.GetRequiredService<ParkingSettings>();
        if (settings.Summary.Url is { } url)
            return new SummaryServer(url, settings.Summary.Key);
        return settings.Roles.Contains(ParkingRole.Summary) || !settings.Roles.Contains(ParkingRole.Visits)
            ? new OwnSummaryServer(provider.GetRequiredService<SummaryWriter>())
            : throw new SettingsException(
                "parking.summary.url: the role visits needs it in a process without the role summary. A good value: http://summary:8080");
    }

    private void AddInvoices(IServiceCollection services)
    {
        services.AddMigrations(Name, typeof(InvoiceTable));
        services.AddReadinessCheck<MailReadiness>(essential: false);
        services.AddSingleton(provider => Tariff.Of(provider.GetRequiredService<ParkingSettings>().Tariff));
        services.AddSingleton<InvoiceTable>().AddSingleton<InvoiceMails>().AddKeyedSingleton(Name, CreateSender);
        services.AddSingleton<InvoiceReader>().AddSingleton<InvoiceEndpoints>();
        services.AddSingleton<OwnerTable>().AddSingleton<OwnerEndpoints>();
    }

    private static MailSender CreateSender(IServiceProvider provider, object? key)
    {
        var defaults = provider.GetRequiredService<ParkingDefaults>();
        var use = new MailUse(
            "parking.mail", "Invoices", "parking@localhost", defaults.OwnMailPort is { } port ? () => port(provider) : null);
        var sender = ActivatorUtilities.CreateInstance<MailSender>(provider, provider.GetRequiredService<ParkingSettings>().Mail, use);
        ParkingTelemetry.ObserveMail(() => sender.Trouble is not null);
        return sender;
    }

    // Registered last, so that they stop first, and the stages can still process their last events.
    private static void AddGates(IServiceCollection services) => services.AddHostedService<EntryGate>().AddHostedService<ExitGate>();

    private static void Map(IEndpointRouteBuilder endpoints, string writeScope)
    {
        var settings = endpoints.ServiceProvider.GetRequiredService<ParkingSettings>();
        if (settings.Roles.Contains(ParkingRole.Summary))
            SummaryEndpoints.Map(endpoints, writeScope);
        if (!settings.Roles.Contains(ParkingRole.Api))
            return;
        ReadEndpoints.Map(endpoints);
        SettlementEndpoint.Map(endpoints);
        InvoiceEndpoints.Map(endpoints);
        OwnerEndpoints.Map(endpoints);
        endpoints.MapPages();
        endpoints.MapAssets("/parking", beside: typeof(ParkingPage), "parking.css", "parking.js");
    }
}
