using System.ComponentModel.DataAnnotations;
using RideIngest.CheckIn.Deliveries;
using RideIngest.Hosting.Config;
using RideIngest.Hosting.Processes;
using RideIngest.Storage.Postgres;

namespace RideIngest.CheckIn.Replaying;

/// <summary>The command <c>replay</c>: sends old check-outs of an employee again, once.</summary>
internal sealed class ReplayCommand(
    AuditReplay replay, Migrations migrations, ReplaySettings settings, TimeProvider clock, NormalStop normalStop, FatalStop fatalStop)
    : BackgroundService
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (await migrations.MissingAfterAsync(Patience, stoppingToken) is { } missing)
        {
            fatalStop.Stop($"{missing}.");
            return;
        }
        if (settings.Destination is { } name && !Destinations.Names.Contains(name))
        {
            fatalStop.Stop($"replay.destination: {name} is none of {string.Join(", ", Destinations.Names)}.");
            return;
        }
        try
        {
            var wanted = new ReplayedEvents(
                settings.Employee, settings.From ?? DateTimeOffset.UnixEpoch, settings.To ?? clock.GetUtcNow(), settings.Destination,
                settings.Again);
            var plan = await replay.PlanAsync(wanted, stoppingToken);
            foreach (var step in plan)
            {
                var verb = !step.IsSent ? "skips" : settings.DryRun ? "would send" : "sends";
                Console.WriteLine(FormattableString.Invariant(
                    $"{verb} {step.CheckOut.Id} of {step.CheckOut.At:u} to {step.Destination}: {step.Why}"));
            }
            if (!settings.DryRun)
                await replay.SendAsync(plan, stoppingToken);
            Console.WriteLine(FormattableString.Invariant($"{plan.Count(step => step.IsSent)} of {plan.Count} deliveries."));
            normalStop.Stop();
        }
        catch (Exception e) when (StoreUnavailableException.Covers(e))
        {
            fatalStop.Stop($"The replay ended: {e.Message}. Nothing was sent.");
        }
    }
}

/// <summary>The settings of the command.</summary>
public sealed class ReplaySettings
{
    [Required(ErrorMessage = "It is needed"), GoodValue("EMP001")]
    public string Employee { get; set; } = "";

    /// <summary>The first time of the check-outs.</summary>
    [GoodValue("2026-11-01T00:00:00Z")]
    public DateTimeOffset? From { get; set; }

    /// <summary>The time after the last check-out.</summary>
    [GoodValue("2026-12-01T00:00:00Z")]
    public DateTimeOffset? To { get; set; }

    /// <summary>One destination; by default all.</summary>
    [GoodValue("labor-cost")]
    public string? Destination { get; set; }

    /// <summary>Whether what was delivered goes also to destinations that do not honour keys.</summary>
    public bool Again { get; set; }

    /// <summary>Whether to say only what would be sent.</summary>
    public bool DryRun { get; set; }
}
