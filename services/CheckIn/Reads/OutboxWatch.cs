using Dapper;
using Npgsql;
using RideIngest.CheckIn.Settings;
using RideIngest.CheckIn.Telemetry;
using RideIngest.Storage.Postgres;

namespace RideIngest.CheckIn.Reads;

/// <summary>Reports the destinations and the open dead letters as metrics, in processes that relay.</summary>
internal sealed class OutboxWatch(OutboxReader outbox, NpgsqlDataSource database, Migrations migrations, CheckInSettings settings)
    : BackgroundService
{
    // Bounded, because nobody may close them for long. A class without any is reported too.
    private const string Letters =
        """
        select classes.class, count(open.class)
        from unnest(array['partner', 'poison', 'system']) as classes (class)
        left join (select class from ops.dead_letters where system = 'checkin' and state = 'open' limit 10000) as open using (class)
        group by classes.class
        """;

    private static readonly TimeSpan Period = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!settings.Roles.Contains(CheckInRole.Relay))
            return;
        await migrations.Applied.WaitAsync(stoppingToken);
        using var timer = new PeriodicTimer(Period);
        do
        {
            try
            {
                var destinations = (await outbox.ReadAsync(stoppingToken)).Destinations;
                await using var connection = await database.OpenConnectionAsync(stoppingToken);
                var letters = await connection.QueryAsync<(string, long)>(Letters);
                var observed = destinations.Select(one =>
                    new CheckInTelemetry.ObservedDestination(one.Name, one.Breaker == "open", one.RateLimit));
                CheckInTelemetry.Observed(new([.. observed], [.. letters]));
            }
            catch (Exception e) when (StoreUnavailableException.Covers(e))
            {
                // The last values stay. The stages and the relay log it.
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }
}
