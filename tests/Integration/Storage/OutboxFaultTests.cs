using RideIngest.Integration.Systems;
using RideIngest.LocalServers.Postgres;
using RideIngest.LocalServers.Processes;
using RideIngest.TestKit.Servers;
using RideIngest.TestKit.Waiting;
using static RideIngest.Integration.Storage.RelayedEvents;

namespace RideIngest.Integration.Storage;

/// <summary>What the outbox promises when something dies.</summary>
public sealed class OutboxFaultTests
{
    private const string EndRelays =
        """
        select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and application_name like 'rideingest-%'
        """;

    private const string Partitions =
        """
        select string_agg(relname, ' ' order by relname)
        from pg_inherits join pg_class on oid = inhrelid where inhparent = 'ops.outbox'::regclass
        """;

    [Fact]
    public async Task What_was_published_and_not_marked_is_published_again_with_the_same_id_by_whoever_has_the_lock_next()
    {
        await using var events = await RelayedEvents.StartAsync(relays: 2);
        var once = 0;
        events.Publisher = async item =>
        {
            // The session is gone when the page is published and before that can be marked.
            if (item.Id == "3" && Interlocked.Exchange(ref once, 1) == 0)
                await events.Database.ExecuteAsync(EndRelays);
            return true;
        };

        await events.AddAsync([.. Enumerable.Range(1, 5).Select(i => Event("a", $"{i}"))]);
        await events.UntilPublishedAsync(10);

        Assert.Equal(["1", "2", "3", "4", "5", "1", "2", "3", "4", "5"], events.Published);
    }

    [Fact]
    public async Task Of_two_relays_one_publishes_and_the_other_takes_over_when_it_stops()
    {
        await using var events = await RelayedEvents.StartAsync(relays: 0);
        var first = await events.StartRelayAsync();
        await events.AddAsync(Event("a", "0"));
        await events.UntilPublishedAsync(1);
        await events.StartRelayAsync();
        await events.AddAsync([.. Enumerable.Range(1, 100).Select(i => Event($"{i % 7}", $"{i}"))]);
        await events.UntilPublishedAsync(101);

        await events.StopAsync(first);
        await events.AddAsync(Event("a", "101"));
        await events.UntilPublishedAsync(102);

        Assert.Equal(Enumerable.Range(0, 102).Select(i => $"{i}"), events.Published.OrderBy(int.Parse));
    }

    [Fact]
    public async Task A_relay_that_is_stopped_finishes_and_marks_the_page_in_hand()
    {
        await using var events = await RelayedEvents.StartAsync(relays: 0);
        var relay = await events.StartRelayAsync();
        var begun = new TaskCompletionSource();
        var goOn = new TaskCompletionSource<bool>();
        events.Publisher = item =>
        {
            begun.TrySetResult();
            return item.Id == "1" ? goOn.Task : Task.FromResult(true);
        };
        await events.AddAsync(Event("a", "1"), Event("a", "2"));
        await begun.Task;

        var stopping = events.StopAsync(relay);
        Assert.False(stopping.IsCompleted);
        goOn.SetResult(true);
        await stopping;

        Assert.Equal(["1", "2"], events.Published);
        Assert.Equal(0, await events.WaitingAsync());
        Assert.Equal(0, await events.Database.ScalarAsync<long>(
            """
            select count(*) from pg_locks join pg_database d on d.oid = database
            where locktype = 'advisory' and datname = current_database()
            """));
    }

    [ServerProcessFact]
    public async Task When_Postgres_is_killed_and_restarted_all_that_was_committed_is_published()
    {
        // Durable: the other servers of tests answer a commit before it is on the disk.
        await using var server = await TestPostgres.PrivateAsync(new PostgresServerOptions());
        await using var events = await RelayedEvents.StartAsync(relays: 2, await server.CreateDatabaseAsync("outbox"));
        var away = true;
        events.Publisher = _ => away ? Task.FromException<bool>(new IOException("NATS is away")) : Task.FromResult(true);
        await events.AddAsync([.. Enumerable.Range(1, 50).Select(i => Event($"{i % 5}", $"{i}"))]);

        await server.KillAsync();
        away = false;
        await Eventually.True(() => IsRestartedAsync(server));
        events.Database.Clear();
        await events.AddAsync(Event("0", "51"));
        await events.UntilPublishedAsync(51);

        foreach (var ofKey in events.Published.Select(int.Parse).GroupBy(id => id == 51 ? 0 : id % 5))
            Assert.Equal(ofKey.Distinct().Order(), ofKey.Distinct());
        Assert.Equal(Enumerable.Range(1, 51), events.Published.Select(int.Parse).Distinct().Order());
    }

    [Fact]
    public async Task Partitions_of_days_to_come_are_made_and_those_of_days_past_are_dropped_when_they_are_empty()
    {
        await using var events = await RelayedEvents.StartAsync();
        await Eventually.True(async () => (await PartitionsAsync(events)).Split(' ').Length == 4);
        await events.StopRelaysAsync();
        await events.Database.ExecuteAsync(
            """
            create table ops.outbox_20250101 partition of ops.outbox for values from ('2025-01-01Z') to ('2025-01-02Z');
            create table ops.outbox_20250102 partition of ops.outbox for values from ('2025-01-02Z') to ('2025-01-03Z');
            insert into ops.outbox (system, subject, key, event_id, payload, headers, created_at)
            values ('nobody', 's', 'k', 'waits', '', '{}', '2025-01-02 12:00Z'), ('casino', 's', 'k', 'old', '', '{}', '2020-01-01 00:00Z');
            """);

        await events.StartRelayAsync();
        await Eventually.True(async () => !(await PartitionsAsync(events)).Contains("20250101", StringComparison.Ordinal));
        await events.AddAsync(Event("a", "today"));
        await Eventually.True(() => Task.FromResult(events.Published.Count == 2));

        Assert.Equal(["old", "today"], events.Published);
        Assert.Equal(
            await events.Database.ScalarAsync<string>(
                """
                select 'outbox_20250102 ' || string_agg('outbox_' || to_char(day, 'yyyymmdd'), ' ' order by day) || ' outbox_rest'
                from (select (now() at time zone 'utc') + n * interval '1 day' as day from generate_series(1, 3) n) days
                """),
            await PartitionsAsync(events));
        await Eventually.True(async () => await events.WaitingAsync() == 1);
    }

    [Fact]
    public async Task A_day_without_a_partition_and_with_events_is_relayed_all_the_same()
    {
        await using var events = await RelayedEvents.StartAsync();
        await Eventually.True(async () => (await PartitionsAsync(events)).Split(' ').Length == 4);
        await events.StopRelaysAsync();
        await events.Database.ExecuteAsync(
            """
            do $$ begin
              execute (select string_agg('drop table ops.' || relname, ';') from pg_class where relname ~ '^outbox_[0-9]{8}$');
            end $$
            """);
        await events.AddAsync(Event("a", "1"));
        await using var connection = await events.Database.OpenConnectionAsync();
        await using var open = await connection.BeginTransactionAsync();
        await events.Table.AddAsync(connection, [Event("b", "2")]);

        await events.StartRelayAsync();
        await Eventually.True(() => Task.FromResult(events.Published.Count == 1));
        await open.CommitAsync();
        await events.UntilPublishedAsync(2);
    }

    // The sessions of a killed server end a moment later, and until then it cannot start.
    private static async Task<bool> IsRestartedAsync(PostgresServer server)
    {
        try
        {
            await server.RestartAsync();
            return true;
        }
        catch (LocalServerException)
        {
            return false;
        }
    }

    private static Task<string> PartitionsAsync(RelayedEvents events) => events.Database.ScalarAsync<string>(Partitions);
}
