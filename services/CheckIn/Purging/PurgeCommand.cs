using System.ComponentModel.DataAnnotations;
using RideIngest.CheckIn.Settings;
using RideIngest.Hosting.Config;
using RideIngest.Hosting.Processes;
using RideIngest.Storage.Postgres;

namespace RideIngest.CheckIn.Purging;

/// <summary>The command <c>purge</c>: removes old events, once.</summary>
internal sealed class PurgeCommand(
    EventPartitions partitions, Migrations migrations, PurgeSettings settings, TimeProvider clock, NormalStop normalStop,
    FatalStop fatalStop) : BackgroundService
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (await migrations.MissingAfterAsync(Patience, stoppingToken) is { } missing)
        {
            fatalStop.Stop($"{missing}.");
            return;
        }
        try
        {
            var before = clock.GetUtcNow() - settings.OlderThan!.Value;
            Console.WriteLine(await partitions.PurgeAsync(before, stoppingToken) is { } removed
                ? FormattableString.Invariant($"About {removed} events before {before.UtcDateTime:u} were removed.")
                : "Another process purges; nothing was done.");
            normalStop.Stop();
        }
        catch (Exception e) when (StoreUnavailableException.Covers(e))
        {
            fatalStop.Stop($"The purge ended: {e.Message}. What it removed is removed; run it again.");
        }
    }
}

/// <summary>The settings of the command.</summary>
public sealed class PurgeSettings
{
    /// <summary>The age of the events to remove.</summary>
    [Required(ErrorMessage = "It is needed")]
    [Range(typeof(TimeSpan), "00:00:00", "36500.00:00:00", ErrorMessage = "It must be from 0s to 36500d"), GoodValue("30d")]
    public TimeSpan? OlderThan { get; set; }
}
