using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using RideIngest.Storage.Postgres;

namespace RideIngest.Storage.DeadLetters;

/// <summary>Counts the open dead letters every 15 seconds. While Postgres is unavailable, the last count stands.</summary>
internal sealed class DeadLetterWatch(DeadLetterStore store, Migrations migrations) : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(15);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await migrations.Applied.WaitAsync(stoppingToken);
        using var timer = new PeriodicTimer(Period);
        do
        {
            try
            {
                // Not cancelled but left behind on shutdown, because Npgsql would wait for a Postgres that hangs.
                DeadLetterTelemetry.Counted(await store.CountOpenAsync().WaitAsync(stoppingToken));
            }
            catch (StoreUnavailableException)
            {
                // Others report that Postgres is unavailable.
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }
}

public static class DeadLetterServices
{
    /// <summary>Adds <see cref="DeadLetterStore"/>, searches and actions, their tables, and the metric of open letters.</summary>
    /// <param name="needed">Decides from the settings whether this process keeps dead letters.</param>
    public static IServiceCollection AddDeadLetters(this IServiceCollection services, Func<IServiceProvider, bool>? needed = null)
    {
        services.AddMigrations("ops", typeof(DeadLetterStore), needed);
        services.TryAddSingleton<DeadLetterStore>();
        services.TryAddSingleton<DeadLetterSearch>();
        services.TryAddSingleton<DeadLetterGroups>();
        services.TryAddSingleton<DeadLetterActions>();
        services.TryAddSingleton<DeadLetterReplays>();
        return services.AddHostedService<DeadLetterWatch>();
    }
}
