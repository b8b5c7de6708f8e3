using Microsoft.Extensions.Hosting;
using RideIngest.Hosting.Retries;

namespace RideIngest.Storage.Postgres;

/// <summary>Work in Postgres that is repeated at a period, also after Postgres was away.</summary>
/// <param name="runs">Whether this process does it.</param>
public abstract class PeriodicTask(TimeSpan period, bool runs, Migrations migrations, TimeProvider clock) : BackgroundService
{
    private readonly Repeats _failures = new();

    protected TimeProvider Clock => clock;

    protected sealed override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!runs)
            return;
        await migrations.Applied.WaitAsync(stoppingToken);
        using var timer = new PeriodicTimer(period, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await RunAsync(stoppingToken);
                _failures.End();
            }
            catch (Exception e) when (StoreUnavailableException.Covers(e))
            {
                if (_failures.Next(e.Message) is { } repeated)
                    Failed(e.Message, repeated);
            }
        }
    }

    protected abstract Task RunAsync(CancellationToken cancellationToken);

    /// <summary>Logs why it failed.</summary>
    protected abstract void Failed(string reason, string repeated);
}
