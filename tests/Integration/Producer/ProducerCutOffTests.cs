using System.Diagnostics;
using NATS.Client.JetStream;
using RideIngest.Hosting.Processes;
using RideIngest.Integration.Systems;
using RideIngest.LocalServers.Nats;
using RideIngest.Producer;
using RideIngest.Streams.Rides;
using RideIngest.TestKit.Network;
using RideIngest.TestKit.Servers;
using RideIngest.TestKit.Waiting;

namespace RideIngest.Integration.Producer;

/// <summary>What is said when words are lost on the way: between producer and stream, and between consumer and producer.</summary>
public sealed class ProducerCutOffTests
{
    private static readonly TimeSpan PublishTimeout = TimeSpan.FromMilliseconds(200);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task When_the_publish_was_cut_off_and_Postgres_is_away_too_the_outcome_is_unknown_and_resending_is_safe(bool fallback)
    {
        await using var system = await RideSystem.StartAsync();
        await using var nats = new TcpProxy(TcpProxy.Host, system.Nats.Port);
        await using var postgres = new TcpProxy(TcpProxy.Host, (await TestPostgres.SharedAsync()).Port);
        using var client = await system.StartProducerAsync(
            [.. system.Through(nats, postgres), "--producer:publish_timeout=200ms", $"--ingest:fallback={(fallback ? "postgres" : "none")}"]);
        var id = Given.NewId();

        nats.Suffer(Outage.Still);
        postgres.Suffer(Outage.Down);
        var unknown = await PostAsync(client, id);
        nats.Recover();
        postgres.Recover();

        Assert.True(unknown.Status == 504, $"{unknown.Status}: {unknown.Text}");
        Assert.Equal(
            ("/problems/outcome-unknown", true, id),
            ((string?)unknown.Json["type"], (bool)unknown.Json["retryable"]!, (long?)unknown.Json["id"]));
        Assert.NotNull(unknown.Headers.RetryAfter);
        await Eventually.True(async () => (await PostAsync(client, id)).Status is 200 or 201);
        Assert.Equal(1, await system.CountAsync("rides.bookings", $"id = {id}"));
    }

    [ServerProcessFact]
    public async Task A_frame_whose_acknowledgement_was_lost_is_published_again_and_is_in_the_stream_once()
    {
        await using var system = await RideSystem.StartAsync(args: ["--producer:publish_timeout=200ms", "--producer:publish_attempts=20"]);
        await using var listener = NatsClients.To(system.Nats.Url);
        await using var published = await listener.SubscribeCoreAsync<byte[]>(RidesStream.Subject("bookings"));
        await listener.PingAsync();
        var id = Given.NewId();

        // What a server that stands still has received it stores later on, when nobody waits for its acknowledgement any more.
        await system.Nats.PauseAsync();
        var since = Stopwatch.GetTimestamp();
        var answer = system.PostAsync("/v1/bookings", Given.Booking(id), headers: ("Prefer", "wait=30"));
        await Eventually.True(() => Stopwatch.GetElapsedTime(since) > 5 * PublishTimeout);
        system.Nats.Resume();

        Assert.Contains((await answer).Status, (int[])[201, 202]);
        await listener.PingAsync();
        var ids = new List<string>();
        while (published.Msgs.TryRead(out var message))
            ids.Add(message.Headers!["Nats-Msg-Id"].ToString());
        Assert.True(ids.Count > 1, "It was published once.");
        Assert.Single(ids.Distinct());
        Assert.Equal(1UL, (ulong)(await new NatsJSContext(listener).GetStreamAsync(RidesStream.Name)).Info.State.LastSeq);
        await Eventually.True(async () => await system.CountAsync("rides.bookings", $"id = {id}") == 1);
    }

    [Fact]
    public async Task A_frame_that_is_about_to_be_published_again_when_NATS_goes_away_does_not_wait_until_it_is_back()
    {
        await using var system = await RideSystem.StartAsync(consumer: false);
        await using var nats = new TcpProxy(TcpProxy.Host, system.Nats.Port);
        await using var postgres = new TcpProxy(TcpProxy.Host, (await TestPostgres.SharedAsync()).Port);
        using var client = await system.StartProducerAsync([.. system.Through(nats, postgres), "--producer:publish_timeout=200ms"]);
        await RideSystem.WholeAsync(client);
        await using var admin = NatsClients.To(system.Nats.Url);
        await new NatsJSContext(admin).DeleteStreamAsync(RidesStream.Name);
        nats.Tripwire = new Tripwire(Way.ToClient, "NATS/1.0 503", passing: 1024, held: Task.CompletedTask);

        var answer = PostAsync(client, Given.NewId());
        await nats.Tripwire.Hit;
        nats.Suffer(Outage.Down);

        Assert.Equal(201, (await answer.WaitAsync(Deadlines.Hang)).Status);
    }

    [Fact]
    public async Task A_record_that_comes_before_the_stream_was_first_checked_waits_for_the_check()
    {
        await using var system = await RideSystem.StartAsync(consumer: false);
        await using var nats = new TcpProxy(TcpProxy.Host, system.Nats.Port) { Delay = TimeSpan.FromMilliseconds(100) };
        await using var host = RideIngestHost.Create(
            "producer",
            [.. system.Arguments, $"--nats:url={system.Nats.UrlAt(nats.Port)}", "--ingest:fallback=none", "--logging:level=fatal"],
            new ProducerModule());
        await host.StartAsync();
        using var client = new HttpClient { BaseAddress = new Uri(host.Urls[0]) };

        var answer = await PostAsync(client, Given.NewId());
        await host.StopAsync();

        Assert.Equal(202, answer.Status);
    }

    [Fact]
    public async Task Where_a_reply_has_no_room_for_every_failure_nobody_hears_that_his_record_is_stored()
    {
        await using var system = await RideSystem.StartAsync(nats: new NatsServerOptions { Config = "max_payload: 8KB" });
        await using (var trap = system.Database.CreateCommand("""
            create function rides.refuse() returns trigger language plpgsql as $$ begin raise exception '%', repeat('no! ', 100); end $$;
            create trigger refuse before insert on rides.bookings for each row execute function rides.refuse()
            """))
            await trap.ExecuteNonQueryAsync();
        var upload = string.Join('\n', Enumerable.Range(0, 12).Select(_ => Given.Booking(Given.NewId()).Trim()));

        var answer = await system.PostAsync("/v1/bookings/batch?results=all", upload, "application/x-ndjson", ("Prefer", "wait=1"));

        Assert.Equal((12, 0), ((int)answer.Json["received"]!, (int)answer.Json["stored"]!));
        Assert.All(
            answer.Json["results"]!.AsArray(), result => Assert.Contains((string?)result!["status"], (string[])["accepted", "failed"]));
        foreach (var accepted in answer.Json["results"]!.AsArray().Where(result => (string?)result!["status"] == "accepted"))
            Assert.Equal("failed", (string?)(await system.GetAsync($"/v1/receipts/{accepted!["receipt"]}?wait=30s")).Json["status"]);
        Assert.Equal(12, await system.CountAsync("ops.dead_letters"));
    }

    private static async Task<Answer> PostAsync(HttpClient client, long id)
    {
        using var body = new StringContent(Given.Booking(id), System.Text.Encoding.UTF8, "application/json");
        return await Answer.OfAsync(await client.PostAsync("/v1/bookings", body));
    }
}
