using System.Diagnostics;
using System.Net;
using System.Text;
using NATS.Client.JetStream;
using RideIngest.Integration.Systems;
using RideIngest.TestKit.Network;
using RideIngest.TestKit.Servers;
using RideIngest.TestKit.Waiting;

namespace RideIngest.Integration.Producer;

/// <summary>What senders hear while something is away.</summary>
public sealed class ProducerOutageTests
{
    [Fact]
    public async Task Without_a_consumer_a_sender_who_waits_hears_202_when_the_wait_is_over_and_the_receipt_ends_well_later()
    {
        await using var system = await RideSystem.StartAsync(consumer: false);
        var id = Given.NewId();

        var answer = await system.PostAsync("/v1/bookings", Given.Booking(id), headers: ("Prefer", "wait=1"));

        Assert.Equal((202, "accepted"), (answer.Status, (string?)answer.Json["status"]));
        var receipt = (string)answer.Json["receipt"]!;
        Assert.Equal("accepted", (string?)(await system.GetAsync($"/v1/receipts/{receipt}")).Json["status"]);
        await system.StartConsumerAsync();
        Assert.Equal("stored", (string?)(await system.GetAsync($"/v1/receipts/{receipt}?wait=20s")).Json["status"]);
        using var other = await system.StartProducerAsync();
        Assert.Contains("\"stored\"", await other.GetStringAsync($"/v1/receipts/{receipt}"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task When_no_consumer_has_been_heard_of_nobody_is_kept_waiting()
    {
        await using var system = await RideSystem.StartAsync(consumer: false);

        // A producer that has just started listens for three seconds before it believes the silence.
        await Eventually.True(async () =>
        {
            var since = Stopwatch.GetTimestamp();
            var answer = await system.PostAsync("/v1/bookings", Given.Booking(Given.NewId()), headers: ("Prefer", "wait=60"));
            return answer.Status == 202 && Stopwatch.GetElapsedTime(since) < TimeSpan.FromSeconds(30);
        });
    }

    [Fact]
    public async Task With_NATS_down_records_are_stored_directly_and_when_it_is_back_through_the_stream()
    {
        await using var system = await RideSystem.StartAsync();
        long[] ids = [Given.NewId(), Given.NewId(), Given.NewId(), Given.NewId()];
        await system.Nats.StopAsync();

        var single = await system.PostAsync("/v1/bookings", Given.Booking(ids[0]));
        var again = await system.PostAsync("/v1/bookings", Given.Booking(ids[0]));
        var other = await system.PostAsync("/v1/bookings", Given.Booking(ids[0], user: 1));
        var upload = await system.PostAsync("/v1/bookings/batch", $"[{Given.Booking(ids[1])},{Given.Booking(ids[2])}]");

        Assert.Equal((201, 200, 409, 200), (single.Status, again.Status, other.Status, upload.Status));
        Assert.Equal(3, await system.CountAsync("rides.bookings", $"id between {ids[0]} and {ids[2]}"));
        await system.Nats.RestartAsync();
        await Eventually.True(
            async () => (await system.PostAsync(
                "/v1/bookings", Given.Booking(ids[3]), headers: ("Prefer", "respond-async"))).Status == 202);
    }

    [ServerProcessFact]
    public async Task A_NATS_that_stands_still_costs_seconds_and_no_record()
    {
        await using var system = await RideSystem.StartAsync(args: "--producer:publish_timeout=200ms");
        long[] ids = [Given.NewId(), Given.NewId()];
        await system.Nats.PauseAsync();

        var answers = await Task.WhenAll(ids.Select(id => system.PostAsync("/v1/bookings", Given.Booking(id))));
        system.Nats.Resume();

        Assert.All(answers, answer => Assert.Equal(201, answer.Status));
        Assert.Equal(2, await system.CountAsync("rides.bookings", $"id between {ids[0]} and {ids[1]}"));
    }

    [Fact]
    public async Task With_NATS_down_and_no_fallback_nothing_is_kept_and_the_sender_is_told_when_to_come_back()
    {
        await using var system = await RideSystem.StartAsync(args: "--ingest:fallback=none");
        await system.Nats.StopAsync();
        await HasNoticedAsync(system);

        var answer = await system.PostAsync("/v1/bookings", Given.Booking(Given.NewId()));
        var upload = await system.PostAsync("/v1/bookings/batch", $"[{Given.Booking(Given.NewId())}]");
        var partly = $"[{Given.Booking(Given.NewId())},{{\"id\":7}}]";
        Answer[] mixed =
        [
            await system.PostAsync("/v1/bookings/batch", partly),
            await system.PostAsync("/v1/bookings/batch", partly, headers: ("Accept", "application/x-ndjson")),
        ];

        ExpectRetryable(answer, 503, "unavailable");
        ExpectRetryable(upload, 503, "unavailable");
        Assert.All(mixed, one => Assert.Equal((207, true), (one.Status, one.Headers.RetryAfter?.Delta > TimeSpan.Zero)));
        Assert.Equal(0, await system.CountAsync("rides.bookings"));
    }

    [Fact]
    public async Task With_both_down_the_answer_is_503_and_after_that_everything_works_again()
    {
        await using var system = await RideSystem.StartAsync(ownPostgres: true);
        await system.Nats.StopAsync();
        await system.Postgres!.StopAsync();
        await HasNoticedAsync(system);
        var id = Given.NewId();

        ExpectRetryable(await system.PostAsync("/v1/bookings", Given.Booking(id)), 503, "unavailable");
        Assert.Equal(503, (await system.GetAsync($"/v1/bookings/{id}")).Status);

        await system.Postgres.RestartAsync();
        await system.Nats.RestartAsync();
        await Eventually.True(async () => (await system.PostAsync("/v1/bookings", Given.Booking(id))).Status is 200 or 201);
    }

    [Fact]
    public async Task With_Postgres_down_records_are_accepted_and_stored_when_it_returns()
    {
        await using var system = await RideSystem.StartAsync(ownPostgres: true);
        await system.PostAsync("/v1/bookings", Given.Booking(Given.NewId()));
        await system.Postgres!.StopAsync();

        var answer = await system.PostAsync("/v1/bookings", Given.Booking(Given.NewId()), headers: ("Prefer", "wait=1"));

        Assert.Equal(202, answer.Status);
        Assert.Equal(503, (await system.GetAsync($"/v1/receipts/{answer.Json["receipt"]}")).Status);
        await system.Postgres.RestartAsync();
        await Eventually.True(async () =>
            await system.GetAsync($"/v1/receipts/{answer.Json["receipt"]}?wait=1s") is { Status: 200 } receipt
                && (string?)receipt.Json["status"] == "stored");
    }

    [Fact]
    public async Task While_Postgres_stands_still_readers_hear_503_and_those_who_give_up_hold_up_no_sender()
    {
        await using var system = await RideSystem.StartAsync();
        await using var postgres = new TcpProxy(TcpProxy.Host, (await TestPostgres.SharedAsync()).Port);
        await using var nats = new TcpProxy(TcpProxy.Host, system.Nats.Port);
        var (_, client) = await system.HostProducerAsync(system.Through(nats, postgres));
        var id = Given.NewId();
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => client.GetAsync($"/v1/bookings/{id}")));

        postgres.BlackHole();
        var since = Stopwatch.GetTimestamp();
        var patient = client.GetAsync($"/v1/bookings/{id}");
        await Task.WhenAll(Enumerable.Range(0, 20).Select(async _ =>
        {
            using var enough = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.GetAsync($"/v1/bookings/{id}", enough.Token));
        }));
        var slowest = TimeSpan.Zero;
        do
        {
            var sent = Stopwatch.GetTimestamp();
            using var body = new StringContent(Given.Booking(Given.NewId()), Encoding.UTF8, "application/json");
            Assert.Equal(HttpStatusCode.Created, (await client.PostAsync("/v1/bookings", body)).StatusCode);
            if (Stopwatch.GetElapsedTime(sent) is var took && took > slowest)
                slowest = took;
        }
        while (!patient.IsCompleted);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await patient).StatusCode);

        // One that is held up waits as long as the patient reader.
        Assert.InRange(slowest, TimeSpan.Zero, Stopwatch.GetElapsedTime(since) * 0.9);
    }

    [Fact]
    public async Task When_the_stream_is_full_nothing_is_kept_and_the_sender_is_told_when_to_come_back()
    {
        await using var system = await RideSystem.StartAsync(consumer: false, args: "--ingest:stream_bytes=1MB");
        string Upload() => $"[{string.Join(',', Enumerable.Range(0, 400).Select(_ => Given.Booking(Given.NewId())))}]";
        Answer answer;
        do
            answer = await system.PostAsync("/v1/bookings/batch", Upload(), headers: ("Prefer", "respond-async"));
        while (answer.Status is 202 or 207);

        ExpectRetryable(answer, 503, "stream-full");
    }

    [Fact]
    public async Task A_stream_that_is_full_to_the_last_bytes_drops_nothing_that_was_accepted()
    {
        // The bytes that nats-server writes around a message with this subject and without headers.
        const int around = 30 + 21;
        await using var system = await RideSystem.StartAsync(consumer: false, args: "--ingest:stream_bytes=2MB");
        await using var client = new NATS.Client.Core.NatsConnection(NATS.Client.Core.NatsOpts.Default with { Url = system.Nats.Url });
        var js = new NatsJSContext(client);
        await Eventually.True(
            async () => (await system.PostAsync(
                "/v1/bookings", Given.Booking(Given.NewId()), headers: ("Prefer", "respond-async"))).Status == 202);
        for (var room = 4096; room > 0; room -= 128)
        {
            var stream = await js.GetStreamAsync("RIDES");
            await stream.PurgeAsync(new());
            foreach (var filler in new[] { 1 << 20, (1 << 20) - room })
                (await js.PublishAsync("rides.ingest.bookings", new byte[filler - around])).EnsureSuccess();

            var accepted = 0;
            while (await system.PostAsync(
                "/v1/bookings", Given.Booking(Given.NewId(), long.MaxValue >> (room / 128)),
                headers: ("Prefer", "respond-async")) is { Status: 202 })
                accepted++;

            await stream.RefreshAsync();
            Assert.Equal((2 + accepted, 0), (stream.Info.State.Messages, stream.Info.State.Bytes % 128));
        }
    }

    [Fact]
    public async Task A_stream_that_was_deleted_is_made_again_and_no_record_is_lost()
    {
        await using var system = await RideSystem.StartAsync(consumer: false);
        await using (var client = new NATS.Client.Core.NatsConnection(NATS.Client.Core.NatsOpts.Default with { Url = system.Nats.Url }))
            await new NatsJSContext(client).DeleteStreamAsync("RIDES");
        var id = Given.NewId();

        var answer = await system.PostAsync("/v1/bookings", Given.Booking(id));

        Assert.Equal(201, answer.Status);
        Assert.Equal(1, await system.CountAsync("rides.bookings", $"id = {id}"));
        await Eventually.True(
            async () => (await system.PostAsync(
                "/v1/bookings", Given.Booking(Given.NewId()), headers: ("Prefer", "respond-async"))).Status == 202);
    }

    /// <summary>A record that is on its way while a server leaves may hear 504, which is as true; after this nothing is.</summary>
    private static Task HasNoticedAsync(RideSystem system) => Eventually.True(async () => (await system.GetAsync("/readyz")).Status == 503);

    private static void ExpectRetryable(Answer answer, int status, string type)
    {
        Assert.True(answer.Status == status, $"{answer.Status}: {answer.Text}");
        Assert.Equal(($"/problems/{type}", true), ((string?)answer.Json["type"], (bool)answer.Json["retryable"]!));
        Assert.True(answer.Headers.RetryAfter!.Delta >= TimeSpan.FromSeconds(1));
    }
}
