using System.Diagnostics.Metrics;
using Dapper;
using Npgsql;
using RideIngest.Hosting.Telemetry;
using RideIngest.Parking.Settings;
using RideIngest.Storage.Postgres;

namespace RideIngest.Parking.Telemetry;

/// <summary>
/// Shares this process's latencies with the ones that serve statistics, in a table: what was measured since the last time, every two
/// seconds. While Postgres is unavailable they are lost.
/// </summary>
internal sealed class LatencyLog(NpgsqlDataSource database, Migrations migrations, ParkingSettings settings) : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(2);

    private readonly int[] _pairing = new int[LatencyBuckets.Count];
    private readonly int[] _summary = new int[LatencyBuckets.Count];
    private int _pairs;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!settings.Roles.Contains(ParkingRole.Visits))
            return;
        using var listener = new MeterListener();
        listener.SetMeasurementEventCallback<double>((instrument, value, _, _) =>
            Interlocked.Increment(ref (instrument == ParkingTelemetry.Pairing ? _pairing : _summary)[LatencyBuckets.Of(value)]));
        listener.SetMeasurementEventCallback<long>((_, value, _, _) => Interlocked.Add(ref _pairs, (int)value));
        listener.EnableMeasurementEvents(ParkingTelemetry.Pairing);
        listener.EnableMeasurementEvents(ParkingTelemetry.Summary);
        listener.EnableMeasurementEvents(ParkingTelemetry.Pairs);
        await migrations.Applied.WaitAsync(stoppingToken);
        using var timer = new PeriodicTimer(Period);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            var (pairing, summary, pairs) = (Take(_pairing), Take(_summary), Interlocked.Exchange(ref _pairs, 0));
            if (pairs == 0 && pairing.All(none => none == 0) && summary.All(none => none == 0))
                continue;
            try
            {
                await using var connection = await database.OpenConnectionAsync(stoppingToken);
                await connection.ExecuteAsync(
                    """
                    with gone as (delete from parking.latencies where at < now() - interval '5 minutes')
                    insert into parking.latencies (pairing, summary, pairs) values (@pairing, @summary, @pairs)
                    """,
                    new { pairing, summary, pairs });
            }
            catch (Exception e) when (StoreUnavailableException.Covers(e))
            {
                // The stages report it.
            }
        }
    }

    private static int[] Take(int[] counts)
    {
        var taken = new int[counts.Length];
        for (var i = 0; i < counts.Length; i++)
            taken[i] = Interlocked.Exchange(ref counts[i], 0);
        return taken;
    }
}
