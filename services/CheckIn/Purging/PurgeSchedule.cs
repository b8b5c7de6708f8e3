using Npgsql;
using RideIngest.CheckIn.Settings;
using RideIngest.Hosting.Retries;
using RideIngest.Storage.Postgres;

namespace RideIngest.CheckIn.Purging;

/// <summary>Once an hour, in processes that relay: prepares the partitions of the next days, and purges old events.</summary>
internal sealed partial class PurgeSchedule(
    EventPartitions partitions, Migrations migrations, NpgsqlDataSource database, CheckInSettings settings, TimeProvider clock,
    ILogger<PurgeSchedule> logger) : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromHours(1);
    private static readonly TimeSpan UntilAgain = TimeSpan.FromMinutes(1);

    private readonly Repeats _failures = new();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!settings.Roles.Contains(CheckInRole.Relay))
            return;
        await migrations.Applied.WaitAsync(stoppingToken);
        while (true)
            await Task.Delay(await RunAsync(stoppingToken) ? Period : UntilAgain, clock, stoppingToken);
    }

    private async Task<bool> RunAsync(CancellationToken stopping)
    {
        try
        {
            await partitions.PrepareAsync(stopping);
            if (await partitions.PurgeAsync(clock.GetUtcNow() - settings.Keep, stopping) is > 0 and var removed)
                Purged(removed, settings.Keep.TotalDays);
            _failures.End();
            return true;
        }
        catch (Exception e) when (e is PostgresException || StoreUnavailableException.Covers(e))
        {
            if (_failures.Next(PostgresFailure.Describe(database, e)) is { } repeated)
                NotPurged(PostgresFailure.Describe(database, e), repeated);
            return false;
        }
    }

    [LoggerMessage(6832, LogLevel.Information, "Purged about {Count} events older than {Days} days (checkin.keep)")]
    private partial void Purged(long count, double days);

    [LoggerMessage(6833, LogLevel.Warning, "Partitions of check-in events could not be kept: {Reason}. Retrying in a minute{Repeated}")]
    private partial void NotPurged(string reason, string repeated);
}
