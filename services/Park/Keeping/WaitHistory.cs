using Dapper;
using Npgsql;
using RideIngest.Park.Board;
using RideIngest.Park.Commits;
using RideIngest.Park.Settings;
using RideIngest.Storage.Postgres;

namespace RideIngest.Park.Keeping;

/// <summary>Keeps the waiting time of each ride at each minute, for an hour.</summary>
internal sealed class WaitHistory(
    RideBoard board, NpgsqlDataSource database, Migrations migrations, ParkSettings settings, TimeProvider clock, ParkClock time,
    ILogger<WaitHistory> logger) : TimekeeperTask(TimeSpan.FromSeconds(20), migrations, settings, clock, logger)
{
    private const string Keep =
        """
        insert into park.waits (ride_id, minute, seconds)
        select id, @minute, seconds from unnest(@ids, @waits) as given (id, seconds) order by id
        on conflict do nothing;
        delete from park.waits where minute < @minute - interval '1 hour'
        """;

    /// <summary>Returns the waiting times of the last hour in seconds by ride, the oldest first; null while a ride was stopped.</summary>
    public async Task<ILookup<long, (DateTime Minute, double? Seconds)>> LastHourAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var rows = await connection.QueryAsync<(long Ride, DateTime Minute, double? Seconds)>(new(
            "select ride_id, minute, seconds from park.waits where minute >= now() - interval '1 hour' order by minute",
            cancellationToken: cancellationToken));
        return rows.ToLookup(row => row.Ride, row => (row.Minute, row.Seconds));
    }

    protected override async Task RunAsync(CancellationToken cancellationToken)
    {
        var now = time.Now;
        var rides = board.Rides.ToList();
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(new(
            Keep,
            new
            {
                minute = now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMinute)),
                ids = rides.ConvertAll(ride => ride.Key),
                waits = rides.ConvertAll(ride => ride.Value.WaitingTime(now)?.TotalSeconds),
            },
            cancellationToken: cancellationToken));
    }
}
