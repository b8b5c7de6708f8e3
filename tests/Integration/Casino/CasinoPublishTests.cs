using System.Diagnostics;
using System.Net;
using NATS.Client.JetStream;
using RideIngest.Integration.Systems;
using RideIngest.TestKit.Waiting;
using static RideIngest.Integration.Casino.CasinoSystem;
using static RideIngest.Integration.Casino.GivenEvents;

namespace RideIngest.Integration.Casino;

/// <summary>What enters, and what its senders hear.</summary>
public sealed class CasinoPublishTests
{
    [Fact]
    public async Task One_an_array_and_JSON_lines_enter()
    {
        await using var system = await CreateAsync();
        var casino = await system.RunAsync();

        var (one, body) = await PostAsync(casino, Start(1));
        Assert.Equal((202, """{"received":1,"published":1}"""), (one, body.ToJsonString()));
        var (array, _) = await PostAsync(casino, $"\n [{Bet(2)},\n{Bet(3, won: true)}]");
        var (lines, counts) = await PostAsync(casino, $"{Bet(4)}\n\n{Deposit(5)}\n{Deposit(6)}", "application/x-ndjson");
        Assert.Equal((202, 202, 3), (array, lines, (int)counts["published"]!));
        Assert.Equal(6, (long)(await CountedAsync(casino, 6))["events_total"]!);
    }

    [Fact]
    public async Task An_event_that_breaks_rules_is_refused_with_all_of_them()
    {
        await using var system = await CreateAsync();
        var casino = await system.RunAsync("generator", "--casino:generator:rate=0");

        var (status, problem) = await PostAsync(
            casino, """{"id":77,"player_id":"eleven","type":"bet","amount":1.5,"currency":"DEM","created_at":"2022-02-02T23:45:00Z"}""");

        Assert.Equal((422, "/problems/validation", 77), (status, (string?)problem["type"], (long)problem["id"]!));
        Assert.Equal(["player_id", "amount", "currency", "game_id"], problem["errors"]!.AsObject().Select(error => error.Key));
        Assert.False((bool)problem["retryable"]!);
    }

    [Fact]
    public async Task What_is_no_event_at_all_is_refused()
    {
        await using var system = await CreateAsync();
        var casino = await system.RunAsync("generator", "--casino:generator:rate=0");
        (string Body, string Type, int Status)[] refused =
        [
            ("", "application/json", 400),
            ("42", "application/json", 400),
            ("{\"id\":1", "application/json", 400),
            ("[{\"id\":1", "application/json", 400),
            ("id,player_id\n1,2", "text/csv", 415),
            ("{}", "text/plain", 415),
            ($"{{\"id\":\"{new string('1', 70_000)}\"}}", "application/json", 413),
        ];
        foreach (var (body, type, status) in refused) Assert.Equal((body, status), (body, (await PostAsync(casino, body, type)).Status));
    }

    [Fact]
    public async Task One_bad_event_does_not_hold_up_its_neighbours()
    {
        await using var system = await CreateAsync();
        var casino = await system.RunAsync();

        var (status, answer) = await PostAsync(casino, $"[{Bet(1)},{Deposit(2, amount: -5)},{Bet(3)},7]");

        Assert.Equal((207, 4, 2), (status, (int)answer["received"]!, (int)answer["published"]!));
        var problems = answer["problems"]!.AsArray();
        Assert.Equal([(1, 422), (3, 400)], problems.Select(problem => ((int)problem!["index"]!, (int)problem["status"]!)));
        Assert.Equal((2, "amount"), ((long)problems[0]!["id"]!, problems[0]!["errors"]!.AsObject().Single().Key));
        await CountedAsync(casino, 2);
    }

    [Fact]
    public async Task A_stream_without_room_takes_no_more_and_says_so()
    {
        await using var system = await CreateAsync();
        var casino = await system.RunAsync("generator", "--casino:generator:rate=0", "--casino:stream_bytes=16MB");
        var upload = Bets(1, 5000);

        var answer = await PostAsync(casino, Start(9_000_000));
        await Eventually.True(async () => (answer = await PostAsync(casino, upload, "application/x-ndjson")).Status != 202);

        Assert.Equal((503, "/problems/stream-full", true), (answer.Status, (string?)answer.Body["type"], (bool)answer.Body["retryable"]!));
        var state = (await new NatsJSContext(system.Client).GetStreamAsync("CASINO")).Info.State;
        Assert.InRange(state.Bytes, 4 << 20, 12 << 20);
    }

    [Fact]
    public async Task Events_of_the_original_senders_are_taken_as_they_stand()
    {
        await using var system = await CreateAsync();
        var casino = await system.RunAsync();

        string[] events =
        [
            """{"id":1,"player_id":10,"game_id":100,"type":"game_start","created_at":"2022-01-10T12:34:56.789+00"}""",
            """{"id":2,"player_id":11,"game_id":101,"type":"bet","amount":500,"currency":"USD","amount_eur":468,"created_at":"2022-02-02T23:45:07.89+00","player":{"email":"john@example.com","last_signed_in_at":"2022-02-02T23:01:02.03+00"}}""",
            """{"id":3,"player_id":12,"type":"deposit","amount":10000,"currency":"EUR","created_at":"2022-03-03T12:12:12+00"}""",
        ];
        foreach (var e in events)
            Assert.Equal((202, """{"received":1,"published":1}"""), await AnswerAsync(e));

        var figures = await CountedAsync(casino, 3);
        Assert.Equal((11L, 12L), ((long)figures["top_player_bets"]!["id"]!, (long)figures["top_player_deposits"]!["id"]!));
        Assert.Null(figures["top_player_wins"]);

        async Task<(int, string)> AnswerAsync(string e)
        {
            var (status, body) = await PostAsync(casino, e);
            return (status, body.ToJsonString());
        }
    }

    [Fact]
    public async Task While_NATS_is_away_events_are_kept_in_the_outbox_and_counted_when_it_is_back()
    {
        await using var system = await CreateAsync();
        var casino = await system.RunAsync();
        await system.Nats.StopAsync();

        await Eventually.True(async () => (await PostAsync(casino, Bet(1))).Status == 202);
        var (status, body) = await PostAsync(casino, $"[{Bet(1)},{Deposit(2)}]");
        Assert.Equal((202, """{"received":2,"published":2}"""), (status, body.ToJsonString()));
        using (var readiness = await casino.GetAsync("/readyz"))
        {
            Assert.Equal(HttpStatusCode.OK, readiness.StatusCode);
            Assert.Contains("\"degraded\"", await readiness.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
        Assert.Equal(0, await system.Database.ScalarAsync<long>("select count(*) from ops.dead_letters"));

        await system.Nats.RestartAsync();
        Assert.Equal(2, (long)(await CountedAsync(casino, 2))["events_total"]!);

        // The relay deletes a row after it has published the event, which may be counted by then.
        await Eventually.True(async () => await system.Database.ScalarAsync<long>("select count(*) from ops.outbox") == 0);
    }

    [Fact]
    public async Task With_NATS_and_Postgres_away_senders_hear_that_nothing_was_kept()
    {
        await using var system = await CreateAsync(ownPostgres: true);
        var casino = await system.RunAsync();
        await system.Nats.StopAsync();
        await system.Postgres.StopAsync();

        var answer = await PostAsync(casino, Bet(1));
        await Eventually.True(async () => (answer = await PostAsync(casino, Bet(1))).Status == 503);
        Assert.Equal(("/problems/unavailable", true), ((string?)answer.Body["type"], (bool)answer.Body["retryable"]!));
        using var readiness = await casino.GetAsync("/readyz");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, readiness.StatusCode);
    }

    [ServerProcessTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_process_that_is_told_to_stop_while_NATS_is_away_or_stands_still_does_not_wait_for_it(bool away)
    {
        await using var system = await CreateAsync();
        var casino = await system.SpawnAsync("generator," + AllButGenerator, "--hosting:drain=5m", "--casino:generator:rate=1000");
        await CountedAsync(await ReadyAsync(casino), 1);
        await (away ? system.Nats.StopAsync() : system.Nats.PauseAsync());
        var since = Stopwatch.GetTimestamp();

        casino.Terminate();

        Assert.Equal(0, await casino.ExitAsync());
        if (!away)
            system.Nats.Resume();
        Assert.InRange(Stopwatch.GetElapsedTime(since), TimeSpan.Zero, TimeSpan.FromMinutes(1));
        Assert.DoesNotContain("ObjectDisposedException", casino.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("OperationCanceledException", casino.Errors, StringComparison.Ordinal);
    }

    [ServerProcessFact]
    public async Task While_NATS_stands_still_senders_hear_that_too_much_waits_before_memory_grows_without_bound()
    {
        await using var system = await CreateAsync();
        var casino = await system.RunAsync();
        await system.Nats.PauseAsync();
        var events = string.Join('\n', Enumerable.Range(1, 4000).Select(id => Bet(id)));

        using var impatient = new HttpClient { BaseAddress = casino.BaseAddress, Timeout = TimeSpan.FromSeconds(1) };

        // They hear nothing before NATS does; who comes when there is no room for more hears it at once.
        var waiting = Enumerable.Range(0, 20).Select(_ => PostAsync(casino, events, "application/x-ndjson")).ToArray();
        await Eventually.True(async () =>
        {
            try
            {
                var answer = await PostAsync(impatient, Bet(1));
                return (answer.Status, (string?)answer.Body["type"]) == (503, "/problems/busy");
            }
            catch (TaskCanceledException)
            {
                return false;
            }
        });
        system.Nats.Resume();
        Assert.DoesNotContain(await Task.WhenAll(waiting), answer => answer.Status == 503);
    }

    [Fact]
    public async Task The_generator_makes_as_many_as_it_is_told()
    {
        await using var system = await CreateAsync();
        var casino = await system.RunAsync("generator," + AllButGenerator, "--casino:generator:rate=100", "--casino:generator:seed=1");
        await CountedAsync(casino, 200);
        var figures = await CountedAsync(casino, 400);
        Assert.InRange((double)figures["events_per_second_moving_average"]!, 50, 120);
    }
}
