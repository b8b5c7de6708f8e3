using Npgsql;
using RideIngest.Park.Settings;
using RideIngest.Storage.Postgres;

namespace RideIngest.Park.Keeping;

/// <summary>
/// Moves events into the archive that no fold needs: those of a snapshot, and whose end is past. It moves few at a time, so that commits
/// do not wait.
/// </summary>
internal sealed class EventArchive(
    NpgsqlDataSource database, Migrations migrations, ParkSettings settings, TimeProvider clock, ILogger<EventArchive> logger)
    : TimekeeperTask(Period, migrations, settings, clock, logger)
{
    private const int EventsAtOnce = 2000;
    private const int SnapshotsAtOnce = 500;

    private const string Move =
        """
        with covered as (
          select snapshot.aggregate_root, snapshot.source_id, snapshot.version
          from park.snapshots as snapshot
          where snapshot.version > snapshot.archived and snapshot.look_at <= now()
          order by snapshot.look_at limit $2 for update skip locked),
        chosen as (
          select event.aggregate_root, event.source_id, event.version
          from covered join park.events as event using (aggregate_root, source_id)
          where event.version <= covered.version and (event.ends_at is null or event.ends_at < now())
          limit $1),
        moved as (
          delete from park.events as event using chosen
          where event.aggregate_root = chosen.aggregate_root and event.source_id = chosen.source_id and event.version = chosen.version
          returning event.*),
        kept as (
          insert into park.archive select * from moved returning 1),
        looked as (
          update park.snapshots as snapshot
          set archived = case when later.at is null then snapshot.version else snapshot.archived end, look_at = coalesce(later.at, now())
          from covered
          cross join lateral (
            select max(event.ends_at) as at from park.events as event
            where event.aggregate_root = covered.aggregate_root and event.source_id = covered.source_id
              and event.version <= covered.version and event.ends_at >= now()) as later
          where snapshot.aggregate_root = covered.aggregate_root and snapshot.source_id = covered.source_id
            and (select count(*) from chosen) < $1)
        select (select count(*) from kept) = $1 or (select count(*) from covered) = $2
        """;

    private static readonly TimeSpan Period = TimeSpan.FromSeconds(10);

    protected override async Task RunAsync(CancellationToken cancellationToken)
    {
        while (await MoveAsync(cancellationToken))
        {
            // Other commits get their turn.
            await Task.Yield();
        }
    }

    /// <returns>Whether there may be more to move.</returns>
    private async Task<bool> MoveAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Move);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = EventsAtOnce });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = SnapshotsAtOnce });
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }
}
