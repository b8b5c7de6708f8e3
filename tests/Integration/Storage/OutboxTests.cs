using System.Diagnostics;
using System.Globalization;
using System.Text;
using Dapper;
using RideIngest.Integration.Systems;
using RideIngest.Storage.Outbox;
using RideIngest.TestKit.Waiting;
using static RideIngest.Integration.Storage.RelayedEvents;

namespace RideIngest.Integration.Storage;

public sealed class OutboxTests
{
    [Fact]
    public async Task An_event_is_published_as_it_was_added_when_its_commit_is_there_and_not_before()
    {
        await using var events = await RelayedEvents.StartAsync();
        await using var connection = await events.Database.OpenConnectionAsync();
        var rolledBack = await connection.BeginTransactionAsync();
        await events.Table.AddAsync(connection, [Event("a", "never")]);
        await rolledBack.RollbackAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        var headers = new Dictionary<string, string> { ["traceparent"] = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" };
        await events.Table.AddAsync(connection, [Event("a", "1") with { Headers = headers }]);
        await events.AddAsync(Event("b", "2"));
        await events.UntilPublishedAsync(1);

        await transaction.CommitAsync();
        await events.UntilPublishedAsync(2);

        Assert.Equal(["2", "1"], events.Published);
        var published = events.Events[1];
        Assert.Equal(("casino.events", "a"), (published.Subject, published.Key));
        Assert.Equal("""{"id":"1"}""", Encoding.UTF8.GetString(published.Payload.Span));
        Assert.Equal(headers, published.Headers);
    }

    [Fact]
    public async Task An_event_without_a_trace_has_that_of_the_request_that_added_it()
    {
        await using var events = await RelayedEvents.StartAsync();
        using var request = new Activity("request") { TraceStateString = "vendor=1" }.SetIdFormat(ActivityIdFormat.W3C).Start();

        await events.AddAsync(Event("a", "1"));
        await events.UntilPublishedAsync(1);

        Assert.Equal((request.Id, "vendor=1"), (events.Events[0].Headers["traceparent"], events.Events[0].Headers["tracestate"]));
    }

    [Fact]
    public async Task A_commit_wakes_the_relay_and_one_notification_is_enough_for_all_its_events()
    {
        await using var events = await RelayedEvents.StartAsync();
        await events.AddAsync(Event("a", "first"));
        await events.UntilPublishedAsync(1);
        await using var listener = await events.Database.OpenConnectionAsync();
        await listener.ExecuteAsync("listen outbox_casino");
        var notifications = 0;
        listener.Notification += (_, _) => notifications++;
        var since = Stopwatch.GetTimestamp();

        await using (var connection = await events.Database.OpenConnectionAsync())
        await using (var transaction = await connection.BeginTransactionAsync())
        {
            for (var i = 0; i < 20; i++)
                await events.Table.AddAsync(connection, [Event("a", $"{i}"), Event("b", $"{i}")]);
            await transaction.CommitAsync();
        }
        await events.UntilPublishedAsync(41);

        Assert.True(Stopwatch.GetElapsedTime(since) < TimeSpan.FromSeconds(30), "It waited for the poll.");
        await listener.ExecuteAsync("select 1");
        Assert.Equal(1, notifications);
    }

    [Fact]
    public async Task Events_that_nobody_told_of_are_found_by_the_poll()
    {
        await using var events = await RelayedEvents.StartAsync(relays: 0);
        await events.StartRelayAsync(poll: TimeSpan.FromMilliseconds(200));
        await events.AddAsync(Event("a", "first"));
        await events.UntilPublishedAsync(1);

        await events.Database.ExecuteAsync(
            """
            insert into ops.outbox (system, subject, key, event_id, payload, headers)
            values ('casino', 'casino.events', 'a', 'silent', '', '{}')
            """);

        await events.UntilPublishedAsync(2);
    }

    [Fact]
    public async Task Events_of_a_key_are_published_in_the_order_of_their_commits_while_many_write()
    {
        const int Writers = 8, Commits = 50, Keys = 5;
        await using var events = await RelayedEvents.StartAsync();
        await events.Database.ExecuteAsync(
            $"""
            create table counters (key int primary key, value int not null);
            insert into counters select key, 0 from generate_series(0, {Keys - 1}) key
            """);

        await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Run(async () =>
        {
            var random = new Random(writer);
            await using var connection = await events.Database.OpenConnectionAsync();
            for (var i = 0; i < Commits; i++)
            {
                var key = random.Next(Keys);
                await using var transaction = await connection.BeginTransactionAsync();
                var value = await connection.QuerySingleAsync<int>(
                    "update counters set value = value + 2 where key = @key returning value", new { key });
                await events.Table.AddAsync(connection, [Event($"{key}", $"{key}:{value - 1}"), Event($"{key}", $"{key}:{value}")]);
                await transaction.CommitAsync();
            }
        })));
        await events.UntilPublishedAsync(Writers * Commits * 2);

        var ids = events.Published.Select(id => id.Split(':'));
        foreach (var ofKey in ids.GroupBy(id => id[0], id => int.Parse(id[1], CultureInfo.InvariantCulture)))
            Assert.Equal(Enumerable.Range(1, ofKey.Count()), ofKey);
        Assert.Equal(Writers * Commits * 2, events.Published.Count);
    }

    [Fact]
    public async Task A_transaction_that_began_last_and_commits_last_is_not_passed_over_though_it_has_lower_numbers()
    {
        await using var events = await RelayedEvents.StartAsync();
        await using var connection = await events.Database.OpenConnectionAsync();
        await using var other = await events.Database.OpenConnectionAsync();
        await using var early = await other.BeginTransactionAsync();
        await other.ExecuteAsync("select pg_current_xact_id()");
        await using var late = await connection.BeginTransactionAsync();
        await events.Table.AddAsync(connection, [Event("a", "a")]);
        await events.Table.AddAsync(other, [Event("b", "b")]);
        await early.CommitAsync();
        await events.UntilPublishedAsync(1);
        await events.AddAsync(Event("c", "c"));
        await events.UntilPublishedAsync(2);

        await late.CommitAsync();

        await events.UntilPublishedAsync(3);
        Assert.Equal(["b", "c", "a"], events.Published);
    }

    [Fact]
    public async Task A_transaction_that_is_held_open_loses_nothing_keeps_its_order_and_holds_no_other_up()
    {
        await using var events = await RelayedEvents.StartAsync();
        await using var connection = await events.Database.OpenConnectionAsync();
        await using var late = await connection.BeginTransactionAsync();
        await events.Table.AddAsync(connection, [Event("a", "a1")]);
        await events.AddAsync(Event("b", "b1"));
        await events.UntilPublishedAsync(1);
        await events.Table.AddAsync(connection, [Event("a", "a2"), Event("c", "c1")]);
        await events.AddAsync([.. Enumerable.Range(2, 3000).Select(i => Event("b", $"b{i}"))]);
        await events.UntilPublishedAsync(3001);

        await late.CommitAsync();
        await events.AddAsync(Event("a", "a3"));
        await events.UntilPublishedAsync(3005);

        Assert.Equal(["a1", "a2", "a3"], events.Published.Where(id => id[0] == 'a'));
        Assert.Equal(Enumerable.Range(1, 3001).Select(i => $"b{i}"), events.Published.Where(id => id[0] == 'b'));
        Assert.Contains("c1", events.Published);
    }

    [Fact]
    public async Task An_event_that_is_not_published_holds_up_its_key_and_no_other()
    {
        await using var events = await RelayedEvents.StartAsync();
        var refused = true;
        events.Publisher = item => Task.FromResult(item.Id != "a2" || !refused);
        await events.AddAsync(Event("a", "a1"), Event("a", "a2"), Event("a", "a3"), Event("b", "b1"));
        await Eventually.True(async () => await events.WaitingAsync() == 2);
        await events.AddAsync(Event("c", "c1"));
        await Eventually.True(async () => await events.WaitingAsync() == 2);

        refused = false;
        await events.UntilPublishedAsync(5);

        Assert.Equal(["a1", "b1", "c1", "a2", "a3"], events.Published);
    }

    [Fact]
    public async Task While_the_publisher_fails_events_wait_and_are_published_in_order_afterwards()
    {
        await using var events = await RelayedEvents.StartAsync();
        var attempts = 0;
        events.Publisher = item => item.Id == "2" && ++attempts < 4
            ? Task.FromException<bool>(new IOException("NATS is away"))
            : Task.FromResult(true);

        await events.AddAsync(Event("a", "1"), Event("a", "2"), Event("b", "x"), Event("a", "3"));
        await events.UntilPublishedAsync(4);

        Assert.Equal(["1", "2", "3"], events.Published.Where(id => id != "x"));
        Assert.Equal(4, events.Published.Count);
    }

    [Fact]
    public async Task A_relay_of_one_system_leaves_the_events_of_another_alone()
    {
        await using var events = await RelayedEvents.StartAsync();
        await using (var connection = await events.Database.OpenConnectionAsync())
            await new OutboxTable("parking").AddAsync(connection, [Event("a", "theirs")]);
        await events.AddAsync(Event("a", "ours"));
        await Eventually.True(async () => await events.WaitingAsync() == 1);
        Assert.Equal(["ours"], events.Published);

        await events.StartRelayAsync("parking");

        await events.UntilPublishedAsync(2);
    }

    [Fact]
    public async Task What_waits_and_since_when_is_measured_where_the_relay_is()
    {
        await using var events = await RelayedEvents.StartAsync(relays: 0);
        using var metrics = new OutboxMetrics("metered");
        var isAway = true;
        events.Publisher = _ => isAway ? Task.FromException<bool>(new IOException("NATS is away")) : Task.FromResult(true);
        var relay = await events.StartRelayAsync("metered");
        await using (var connection = await events.Database.OpenConnectionAsync())
            await new OutboxTable("metered").AddAsync(connection, [Event("a", "1"), Event("a", "2"), Event("b", "3")]);

        await Eventually.True(() => Task.FromResult(metrics.Read("backlog") == 3 && metrics.Read("oldest.age") > 0));
        isAway = false;
        await Eventually.True(() => Task.FromResult(metrics.Read("backlog") == 0 && metrics.Read("oldest.age") == 0));
        Assert.Equal(3, metrics.Read("published"));

        await events.StopAsync(relay);
        Assert.Null(metrics.Read("backlog"));
    }

    [Fact]
    public async Task Large_events_go_in_pages_of_bounded_size()
    {
        await using var events = await RelayedEvents.StartAsync(relays: 0);
        await events.StartRelayAsync();
        byte[] large = new byte[10_000_000];

        await events.AddAsync([.. Enumerable.Range(1, 5).Select(i => Event("a", $"{i}") with { Payload = large })]);
        await events.UntilPublishedAsync(5);

        Assert.Equal(["1", "2", "3", "4", "5"], events.Published);
    }
}
