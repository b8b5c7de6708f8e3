using System.Globalization;
using Dapper;
using Npgsql;
using RideIngest.CheckIn.Deliveries;
using RideIngest.CheckIn.Events;

namespace RideIngest.CheckIn.Purging;

/// <summary>
/// Creates the partitions of <c>checkin.events</c> for the next days, and removes those of past ones. No lock that others wait for is held
/// longer than <see cref="LockPatience"/>: the deliveries of a day that are not done are moved after its partition is detached.
/// </summary>
internal sealed partial class EventPartitions(NpgsqlDataSource database, TimeProvider clock, ILogger<EventPartitions> logger)
{
    private const int DaysAhead = 3;
    private const int LockPatience = 200;
    private const int Together = 5000;
    private const string Prefix = "events_";
    private const string Excluding = "excludes_next";
    private const string DropExcluding = $"alter table checkin.events_rest drop constraint if exists {Excluding}";
    private const string DayFormat = "yyyyMMdd";
    private const string Turn = "select pg_try_advisory_lock(hashtextextended('checkin partitions', 0))";
    private const string EndTurn = "select pg_advisory_unlock(hashtextextended('checkin partitions', 0))";

    private const string Tables =
        """
        select relname as Name, exists (select from pg_inherits where inhrelid = pg_class.oid) as IsAttached
        from pg_class join pg_namespace on pg_namespace.oid = relnamespace
        where nspname = 'checkin' and relkind = 'r' and relname ~ '^events_[0-9]{8}$'
        """;

    // A dead letter that was discarded is settled.
    private const string Discarded =
        """
        delete from checkin.due as due
        where state = 'dead' and event_id < @before and destination = any (@Names) and 'discarded' = all (
          select state from ops.dead_letters
          where system = 'checkin' and stage = due.destination and key = due.event_id::text)
          and exists (
            select from ops.dead_letters
            where system = 'checkin' and stage = due.destination and key = due.event_id::text)
        """;

    private const string OfRest =
        """
        delete from checkin.events_rest where id in (
          select id from checkin.events_rest as old
          where id < @before and not exists (select from checkin.due where destination = any (@Names) and event_id = old.id)
          limit @Together)
        """;

    /// <summary>Creates the partitions of the next days, unless another process is at it.</summary>
    public Task PrepareAsync(CancellationToken cancellationToken) => InTurnAsync(
        async connection =>
        {
            var names = (await connection.QueryAsync<(string Name, bool)>(Tables)).Select(table => table.Name).ToHashSet();
            var today = new DateTimeOffset(clock.GetUtcNow().UtcDateTime.Date, TimeSpan.Zero);

            // Not today's, whose events are in the default partition already.
            for (var day = today.AddDays(1); day <= today.AddDays(DaysAhead); day = day.AddDays(1))
            {
                if (names.Contains(Name(day)))
                    continue;

                // A constraint that a killed process leaves would refuse taps of that day, until a relay comes.
                if (day == today.AddDays(1))
                    await ChangeAsync(connection, $"{Attach(day)}; {DropExcluding}");
                else
                    await AttachAsync(connection, day, cancellationToken);
            }
            return 0L;
        },
        cancellationToken);

    /// <summary>Removes events that are older and delivered everywhere. Returns how many, about.</summary>
    public Task<long?> PurgeAsync(DateTimeOffset before, CancellationToken cancellationToken) => InTurnAsync(
        async connection =>
        {
            await connection.ExecuteAsync(Discarded, new { before = EventIdTime.First(before), Destinations.Names });
            var removed = 0L;
            foreach (var (name, isAttached) in (await connection.QueryAsync<(string, bool)>(Tables)).ToList())
            {
                if (Day(name).AddDays(1) > before)
                    continue;
                if (isAttached)
                    await ChangeAsync(connection, $"alter table checkin.events detach partition checkin.{name}");
                removed += await DropAsync(connection, name, cancellationToken);
            }
            int rest;
            do
            {
                cancellationToken.ThrowIfCancellationRequested();
                rest = await connection.ExecuteAsync(
                    OfRest, new { before = EventIdTime.First(before), Destinations.Names, Together });
                removed += rest;
            }
            while (rest == Together);
            return removed;
        },
        cancellationToken);

    private async Task<long> DropAsync(NpgsqlConnection connection, string name, CancellationToken cancellationToken)
    {
        var all = await connection.ExecuteScalarAsync<long>(
            "select greatest(reltuples, 0)::bigint from pg_class where oid = @name::regclass", new { name = $"checkin.{name}" });
        var kept = 0L;
        Guid? after = Guid.Empty;
        while (after is not null)
        {
            cancellationToken.ThrowIfCancellationRequested();
            (after, var moved) = await connection.QuerySingleAsync<(Guid?, long)>(
                Move(name), new { after, Destinations.Names, Together });
            kept += moved;
        }
        await connection.ExecuteAsync($"drop table checkin.{name}");
        Dropped(name, kept);
        return Math.Max(0, all - kept);
    }

    private async Task<long?> InTurnAsync(Func<NpgsqlConnection, Task<long>> work, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        if (!await connection.ExecuteScalarAsync<bool>(Turn))
            return null;
        try
        {
            return await work(connection);
        }
        finally
        {
            if (connection.State == System.Data.ConnectionState.Open)
                await connection.ExecuteAsync(EndTurn);
        }
    }

    private static async Task ChangeAsync(NpgsqlConnection connection, string sql)
    {
        await using var transaction = await connection.BeginTransactionAsync();
        await connection.ExecuteAsync($"set local lock_timeout = {LockPatience}; {sql}");
        await transaction.CommitAsync();
    }

    private static string Name(DateTimeOffset day) => Prefix + day.ToString(DayFormat, CultureInfo.InvariantCulture);

    private static DateTimeOffset Day(string name) => DateTimeOffset.ParseExact(
        name[Prefix.Length..], DayFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);

    /// <summary>
    /// Creates and attaches a partition. Without a valid constraint that excludes its events, Postgres would scan the default partition
    /// while taps wait for it.
    /// </summary>
    private static async Task AttachAsync(NpgsqlConnection connection, DateTimeOffset day, CancellationToken cancellationToken)
    {
        var (from, to) = (EventIdTime.First(day), EventIdTime.First(day.AddDays(1)));
        await ChangeAsync(
            connection,
            $"""
            {DropExcluding};
            alter table checkin.events_rest add constraint {Excluding} check (id < '{from}' or id >= '{to}') not valid
            """);
        try
        {
            // Taps do not wait for this scan.
            await connection.ExecuteAsync(new CommandDefinition(
                $"alter table checkin.events_rest validate constraint {Excluding}", commandTimeout: 0,
                cancellationToken: cancellationToken));

            await ChangeAsync(connection, $"{Attach(day)}; {DropExcluding}");
        }
        catch (Exception e) when (e is NpgsqlException or OperationCanceledException)
        {
            // Without the partition, the constraint would refuse taps of that day.
            if (connection.State == System.Data.ConnectionState.Open)
                await ChangeAsync(connection, DropExcluding);
            throw;
        }
    }

    // Creating the table as a partition directly would lock all events, so it is attached afterwards.
    private static string Attach(DateTimeOffset day) =>
        $"""
        create table checkin.{Name(day)} (like checkin.events including defaults including indexes);
        alter table checkin.events attach partition checkin.{Name(day)}
          for values from ('{EventIdTime.First(day)}') to ('{EventIdTime.First(day.AddDays(1))}')
        """;

    // Copies the events of one block that are not delivered everywhere. Returns the block's last id, and how many were copied.
    private static string Move(string name) =>
        $"""
        with block as (select * from checkin.{name} where id > @after order by id limit @Together),
        moved as (
          insert into checkin.events select * from block
          where exists (select from checkin.due where destination = any (@Names) and event_id = block.id)
          on conflict do nothing returning 1)
        select (select id from block order by id desc limit 1), (select count(*) from moved)
        """;

    [LoggerMessage(6831, LogLevel.Information,
        "Dropped the events of {Partition}; {Kept} of them are not delivered everywhere and are kept")]
    private partial void Dropped(string partition, long kept);
}
