using Npgsql;
using RideIngest.Faults.Worlds;
using RideIngest.TestKit.Network;

namespace RideIngest.Faults.Scenarios;

/// <summary>What happens to Postgres, and to the ways there.</summary>
internal static class PostgresFaults
{
    private const string Ours =
        "from pg_stat_activity where pid <> pg_backend_pid() and datname = current_database() and application_name <> 'harness'";

    private static readonly WorldOptions FewConnections = new() { PostgresConnections = 40 };
    private static readonly WorldOptions SmallDisk = new() { PostgresDiskMegabytes = 200 };

    public static IEnumerable<Scenario> All =>
    [
        new("postgres-killed", "SIGKILL of Postgres, back after some seconds", Target.Postgres, KilledAsync) { Accepts = 0.999 },
        new("postgres-restarted", "Postgres stopped and started", Target.Postgres, run => run.World.Postgres.RestartAsync())
        {
            Accepts = 0.999,
        },
        new("postgres-swallowed", "every connection to Postgres silent", Target.Postgres, run => run.ForAWhileAsync(
            Ways(run), network => network.BlackHole(), network => network.Resume(), 5, 7))
        {
            Accepts = 0.999,
        },
        new("postgres-cut-off", "every connection to Postgres torn down, and new ones refused", Target.Postgres, run => run.ForAWhileAsync(
            Ways(run), NatsFaults.CutOff, NatsFaults.Restore))
        {
            Accepts = 0.999,
        },
        new("postgres-half-open", "Postgres drops every connection, and nobody is told", Target.Postgres, run => run.ForAWhileAsync(
            Ways(run), network => network.HalfOpen(), network => network.Cut()))
        {
            Accepts = 0.999,
        },
        new("postgres-slow", "every write to and from Postgres 20 ms late", Target.Postgres, run => run.ForAWhileAsync(
            Ways(run), network => network.Delay = TimeSpan.FromMilliseconds(20), network => network.Delay = TimeSpan.Zero))
        {
            Accepts = 0.999,
        },
        new("postgres-full-house", "Postgres out of connections", Target.Postgres, FullHouseAsync)
        {
            World = FewConnections,
            Accepts = 0.999,
            InStorm = false,
        },
        new("postgres-read-only", "Postgres read-only", Target.Postgres, ReadOnlyAsync) { Accepts = 0.999 },
        new("table-locked", "the table locked for longer than a sender waits", Target.Postgres, run => LockedAsync(run, 6, 8))
        {
            Accepts = 0.999,
        },
        new("statements-cancelled", "every statement cancelled, again and again", Target.Postgres, run => AgainAsync(
            run, $"select pg_cancel_backend(pid) {Ours} and state = 'active'"))
        {
            Accepts = 0.999,
        },
        new("sessions-terminated", "every session terminated, again and again", Target.Postgres, run => AgainAsync(
            run, $"select pg_terminate_backend(pid) {Ours}"))
        {
            Accepts = 0.999,
        },
        new("migration", "columns added and dropped, and the table written anew, while records are stored", Target.Postgres, MigrationAsync)
        {
            Accepts = 0.999,
        },
        new("disk-full", "Postgres' disk full", Target.Postgres, DiskFullAsync) { World = SmallDisk, Accepts = 0.999, InStorm = false },
    ];

    private static IEnumerable<TcpProxy> Ways(Run run) => run.World.Instances.Select(instance => instance.Postgres);

    public static async Task KilledAsync(Run run)
    {
        await run.World.Postgres.KillAsync();
        await run.WaitAsync(3, 5);
        await run.World.Postgres.RestartAsync();
    }

    private static async Task FullHouseAsync(Run run)
    {
        var taken = new List<NpgsqlConnection>();
        var alone = new NpgsqlConnectionStringBuilder(run.World.ConnectionString)
        {
            Pooling = false,
            Timeout = 2,
            ApplicationName = "harness",
        }.ConnectionString;
        for (var until = DateTime.UtcNow.AddSeconds(5); DateTime.UtcNow < until;)
        {
            try
            {
                var connection = new NpgsqlConnection(alone);
                taken.Add(connection);
                await connection.OpenAsync();
            }
            catch (PostgresException full) when (full.SqlState == PostgresErrorCodes.TooManyConnections)
            {
                taken.RemoveAt(taken.Count - 1);
                await using var terminate = new NpgsqlCommand($"select pg_terminate_backend(pid) {Ours}", taken[0]);
                await terminate.ExecuteNonQueryAsync();
                await Task.Delay(20);
            }
        }
        foreach (var connection in taken)
            await connection.DisposeAsync();
    }

    private static async Task ReadOnlyAsync(Run run)
    {
        await run.World.ExecuteAsync("alter system set default_transaction_read_only = on");
        await run.World.ExecuteAsync("select pg_reload_conf()");
        await run.WaitAsync(3, 5);
        await run.World.ExecuteAsync("alter system reset default_transaction_read_only");
        await run.World.ExecuteAsync("select pg_reload_conf()");
    }

    private static async Task LockedAsync(Run run, double least, double most)
    {
        await using var connection = await run.World.Database.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using var take = new NpgsqlCommand("lock table rides.bookings in access exclusive mode", connection, transaction);
        await take.ExecuteNonQueryAsync();
        await run.WaitAsync(least, most);
        await transaction.RollbackAsync();
    }

    private static async Task AgainAsync(Run run, string sql)
    {
        for (var until = DateTime.UtcNow.AddSeconds(4); DateTime.UtcNow < until; await run.WaitAsync(0.01, 0.1))
            await run.World.ExecuteAsync(sql);
    }

    private static async Task MigrationAsync(Run run)
    {
        await run.World.ExecuteAsync("alter table rides.bookings add column note text default 'none'");
        await run.WaitAsync(0.2, 0.5);
        await run.World.ExecuteAsync("create index bookings_note on rides.bookings (note)");
        await run.World.ExecuteAsync("alter table rides.bookings alter column note type varchar(40)");
        await run.WaitAsync(0.2, 0.5);
        await run.World.ExecuteAsync("alter table rides.bookings drop column note");
        await run.World.ExecuteAsync("vacuum full rides.bookings");
    }

    private static async Task DiskFullAsync(Run run)
    {
        await run.World.Disk!.FillAsync();
        await run.WaitAsync(6, 8);
        run.World.Disk.Free();
        if (run.World.Postgres.ProcessId == 0)
            await run.World.Postgres.RestartAsync();
    }
}
