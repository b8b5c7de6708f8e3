using System.Diagnostics;
using NATS.Client.JetStream;
using Npgsql;
using RideIngest.Integration.Systems;
using RideIngest.Streams.Rides;
using RideIngest.TestKit.Waiting;

namespace RideIngest.Integration.Producer;

/// <summary>Receipts of records that Postgres refused.</summary>
public sealed class ProducerReceiptTests
{
    [Fact]
    public async Task The_failure_of_a_record_is_not_told_of_the_same_record_that_was_sent_again_and_waits()
    {
        await using var system = await RideSystem.StartAsync(consumer: false);
        var consumer = await system.StartConsumerAsync();
        await RefusingAsync(system);
        var booking = Given.Booking(Given.NewId());
        Assert.Equal("failed", (string?)(await EndAsync(system, await SendAsync(system, booking))).Json["status"]);

        await consumer.StopAsync();
        await ExecuteAsync(system, "alter table rides.bookings drop constraint refused");
        var again = await SendAsync(system, booking);

        Assert.Equal("accepted", (string?)(await system.GetAsync(again)).Json["status"]);
        await system.StartConsumerAsync();
        Assert.Equal("stored", (string?)(await EndAsync(system, again)).Json["status"]);
    }

    [Fact]
    public async Task A_dead_letter_that_was_discarded_still_tells_why_the_record_failed()
    {
        await using var system = await RideSystem.StartAsync();
        await RefusingAsync(system);
        var receipt = await SendAsync(system, Given.Booking(Given.NewId()));
        var failed = await EndAsync(system, receipt);
        Assert.Contains("(23514)", (string)failed.Json["error"]!, StringComparison.Ordinal);

        await ExecuteAsync(system, "update ops.dead_letters set state = 'discarded'");

        var discarded = await system.GetAsync(receipt);
        Assert.Equal("failed", (string?)discarded.Json["status"]);
        Assert.Equal($"{failed.Json["error"]}; its dead letter was discarded", (string?)discarded.Json["error"]);
    }

    [Fact]
    public async Task A_failure_is_told_though_a_frame_before_it_waits()
    {
        await using var system = await RideSystem.StartAsync();
        await using var client = NatsClients.To(system.Nats.Url);
        var store = await new NatsJSContext(client).GetConsumerAsync(RidesStream.Name, RidesStream.Consumer);
        await using var slow = await system.Database.OpenConnectionAsync();
        await using var transaction = await slow.BeginTransactionAsync();
        await new NpgsqlCommand("lock table rides.rides", slow).ExecuteNonQueryAsync();
        await SendAsync(system, Given.Ride(Given.NewId()), "rides");
        await RefusingAsync(system);

        var receipt = await SendAsync(system, Given.Booking(Given.NewId()));

        Assert.Equal("failed", (string?)(await EndAsync(system, receipt)).Json["status"]);
        await store.RefreshAsync();
        Assert.Equal(0UL, store.Info.AckFloor.StreamSeq);
        await transaction.RollbackAsync();
    }

    [Fact]
    public async Task Whether_the_record_or_the_same_one_sent_earlier_has_failed_is_not_said_while_NATS_cannot_be_asked()
    {
        await using var system = await RideSystem.StartAsync();
        await RefusingAsync(system);
        var receipt = await SendAsync(system, Given.Booking(Given.NewId()));
        Assert.Equal("failed", (string?)(await EndAsync(system, receipt)).Json["status"]);

        await system.Nats.StopAsync();
        var unknown = await system.GetAsync(receipt);
        await system.Nats.RestartAsync();

        Assert.Equal((503, true), (unknown.Status, (bool)unknown.Json["retryable"]!));
        await Eventually.True(async () => (string?)(await system.GetAsync(receipt)).Json["status"] == "failed");
    }

    [Fact]
    public async Task A_sender_who_waits_for_a_receipt_waits_as_long_as_asked_while_Postgres_is_away_and_hears_the_outcome_when_it_returns()
    {
        await using var system = await RideSystem.StartAsync(ownPostgres: true);
        await system.Postgres!.StopAsync();
        var receipt = await SendAsync(system, Given.Booking(Given.NewId()));

        var since = Stopwatch.GetTimestamp();
        var over = await system.GetAsync($"{receipt}?wait=6s");
        var waited = Stopwatch.GetElapsedTime(since);
        var waiting = EndAsync(system, receipt);
        Assert.Equal((503, true), (over.Status, (bool)over.Json["retryable"]!));
        Assert.True(waited >= TimeSpan.FromSeconds(6), $"It waited {waited}.");
        Assert.Equal(503, (await system.GetAsync(receipt)).Status);
        await system.Postgres.RestartAsync();

        Assert.Equal("stored", (string?)(await waiting).Json["status"]);
    }

    private static Task RefusingAsync(RideSystem system) =>
        ExecuteAsync(system, "alter table rides.bookings add constraint refused check (id is null)");

    private static async Task ExecuteAsync(RideSystem system, string sql)
    {
        await using var command = system.Database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    /// <returns>Where its receipt is.</returns>
    private static async Task<string> SendAsync(RideSystem system, string record, string kind = "bookings")
    {
        var answer = await system.PostAsync($"/v1/{kind}", record, headers: ("Prefer", "respond-async"));
        Assert.Equal(202, answer.Status);
        return answer.Headers.Location!.OriginalString;
    }

    private static Task<Answer> EndAsync(RideSystem system, string receipt) => system.GetAsync($"{receipt}?wait=30s");
}
