using RideIngest.CheckIn.Settings;
using RideIngest.Hosting.Retries;
using RideIngest.Storage.Postgres;

namespace RideIngest.CheckIn.Recovery;

/// <summary>Work that processes with the role relay repeat at a period, also after Postgres was away.</summary>
internal abstract class RelayTask(TimeSpan period, Migrations migrations, CheckInSettings settings, TimeProvider clock) : BackgroundService
{
    private readonly Repeats _failures = new();

    protected CheckInSettings Settings => settings;

    protected TimeProvider Clock => clock;

    protected sealed override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!settings.Roles.Contains(CheckInRole.Relay))
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
