using System.Diagnostics;
using System.Globalization;
using Dapper;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace RideIngest.Storage.Outbox;

/// <summary>
/// Creates the partitions of the next days and drops empty ones of past days. Neither blocks adding events for longer than
/// <see cref="LockPatience"/>. Failures are retried later and do not stop the relay.
/// </summary>
internal sealed partial class OutboxPartitions(ILogger logger)
{
    private const int DaysAhead = 3;
    private const int LockPatience = 200;
    private const string Prefix = "outbox_";
    private const string DayFormat = "yyyyMMdd";

    private const string Existing =
        """
        select relname from pg_inherits join pg_class on oid = inhrelid
        where inhparent = 'ops.outbox'::regclass and relname ~ '^outbox_[0-9]{8}$'
        """;

    private static readonly TimeSpan UntilNext = TimeSpan.FromHours(1);
    private static readonly TimeSpan UntilAgain = TimeSpan.FromMinutes(1);

    private long _last;
    private TimeSpan _pause;

    /// <summary>Creates and drops partitions if that is due.</summary>
    public async Task KeepAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        if (Stopwatch.GetElapsedTime(_last) < _pause)
            return;
        var today = await connection.QuerySingleAsync<DateTime>("select date_trunc('day', now() at time zone 'utc')");
        var names = (await connection.QueryAsync<string>(Existing)).ToHashSet();
        var works = true;
        // Not today's: Postgres refuses inserts in flight to the default partition when a partition for their day appears.
        for (var day = today.AddDays(1); day <= today.AddDays(DaysAhead); day = day.AddDays(1))
        {
            if (!names.Contains(Name(day)))
                works &= await TryAsync(connection, Name(day), () => CreateAsync(connection, day), cancellationToken);
        }
        foreach (var name in names.Where(name => Day(name) < today))
            works &= await TryAsync(connection, name, () => DropAsync(connection, name), cancellationToken);
        (_last, _pause) = (Stopwatch.GetTimestamp(), works ? UntilNext : UntilAgain);
    }

    private static string Name(DateTime day) => Prefix + day.ToString(DayFormat, CultureInfo.InvariantCulture);

    private static DateTime Day(string name) => DateTime.ParseExact(name[Prefix.Length..], DayFormat, CultureInfo.InvariantCulture);

    /// <summary>Changes one partition in a transaction, unless another relay is doing so.</summary>
    private async Task<bool> TryAsync(NpgsqlConnection connection, string name, Func<Task> change, CancellationToken cancellationToken)
    {
        try
        {
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            if (!await connection.QuerySingleAsync<bool>("select pg_try_advisory_xact_lock(hashtextextended('ops.outbox partitions', 0))"))
                return false;
            await connection.ExecuteAsync($"set local lock_timeout = {LockPatience}");
            await change();
            await transaction.CommitAsync(cancellationToken);
            return true;
        }
        catch (PostgresException e) when (connection.State == System.Data.ConnectionState.Open)
        {
            NotChanged(name, e.MessageText);
            return false;
        }
    }

    // Creating the table as a partition directly would lock the whole outbox, so it is attached afterwards.
    private static Task<int> CreateAsync(NpgsqlConnection connection, DateTime day) => connection.ExecuteAsync(string.Create(
        CultureInfo.InvariantCulture,
        $"""
        create table ops.{Name(day)} (like ops.outbox including defaults);
        alter table ops.outbox attach partition ops.{Name(day)}
          for values from ('{day:yyyy-MM-dd} 00:00:00+00') to ('{day.AddDays(1):yyyy-MM-dd} 00:00:00+00')
        """));

    // The lock keeps out transactions that began on that day and may still add events.
    private static async Task DropAsync(NpgsqlConnection connection, string name)
    {
        if (!await IsEmptyAsync())
            return;
        await connection.ExecuteAsync("lock table only ops.outbox in access exclusive mode");
        if (await IsEmptyAsync())
            await connection.ExecuteAsync($"drop table ops.{name}");

        Task<bool> IsEmptyAsync() => connection.QuerySingleAsync<bool>($"select not exists (select from ops.{name})");
    }

    [LoggerMessage(1113, LogLevel.Warning,
        "The partition {Name} of ops.outbox could not be created or dropped ({Reason}). Retrying in a minute")]
    private partial void NotChanged(string name, string reason);
}
