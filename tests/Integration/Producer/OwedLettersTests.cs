using Npgsql;
using RideIngest.Integration.Systems;
using RideIngest.TestKit.Waiting;

namespace RideIngest.Integration.Producer;

/// <summary>Whether a dead letter is owed: what its senders were answered.</summary>
public sealed class OwedLettersTests
{
    [Fact]
    public async Task A_record_whose_sender_was_refused_is_not_owed_and_one_that_was_accepted_is()
    {
        await using var system = await RefusingAsync();
        var (accepted, refused, first) = (Given.NewId(), Given.NewId(), Given.NewId());

        await AcceptedAsync(system, accepted);
        await RefusedAsync(system, refused);
        var upload = await system.PostAsync(
            "/v1/bookings/batch", Given.Booking(first) + "\n" + Given.Booking(first + 1), "application/x-ndjson");
        Assert.Equal(2, (int)upload.Json["failed"]!);

        await OwedAsync(system, first, 0);
        Assert.Equal((1, 0), (await OwedAsync(system, accepted), await OwedAsync(system, refused)));
    }

    [Fact]
    public async Task A_record_of_which_one_sender_was_accepted_stays_owed_whoever_else_is_refused()
    {
        await using var system = await RefusingAsync();
        var (before, after, last) = (Given.NewId(), Given.NewId(), Given.NewId());

        await AcceptedAsync(system, before);
        await RefusedAsync(system, before);
        await RefusedAsync(system, before);
        await RefusedAsync(system, after);
        await OwedAsync(system, after, 0);
        await AcceptedAsync(system, after);
        await RefusedAsync(system, last);

        await OwedAsync(system, last, 0);
        Assert.Equal((1, 1), (await OwedAsync(system, before), await OwedAsync(system, after)));
    }

    [Fact]
    public async Task A_record_whose_sender_was_answered_just_before_the_reply_came_is_owed()
    {
        await using var system = await RefusingAsync();
        var (late, last) = (Given.NewId(), Given.NewId());
        await using var slow = await system.Database.OpenConnectionAsync();
        await using var transaction = await slow.BeginTransactionAsync();
        await new NpgsqlCommand("lock table rides.bookings", slow).ExecuteNonQueryAsync();

        var answer = await system.PostAsync("/v1/bookings", Given.Booking(late), headers: ("Prefer", "wait=100ms"));
        await transaction.RollbackAsync();

        Assert.Equal(202, answer.Status);
        await FailedAsync(system, answer);
        await RefusedAsync(system, last);
        await OwedAsync(system, last, 0);
        Assert.Equal(1, await OwedAsync(system, late));
    }

    private static async Task<RideSystem> RefusingAsync()
    {
        var system = await RideSystem.StartAsync();
        await system.Database.ExecuteAsync("alter table rides.bookings add constraint refused check (id is null)");
        return system;
    }

    private static async Task RefusedAsync(RideSystem system, long id)
    {
        var answer = await system.PostAsync("/v1/bookings", Given.Booking(id));
        Assert.Equal((422, false), (answer.Status, (bool)answer.Json["retryable"]!));
    }

    private static async Task AcceptedAsync(RideSystem system, long id)
    {
        var answer = await system.PostAsync("/v1/bookings", Given.Booking(id), headers: ("Prefer", "respond-async"));
        Assert.Equal(202, answer.Status);
        await FailedAsync(system, answer);
    }

    private static async Task FailedAsync(RideSystem system, Answer accepted) => Assert.Equal(
        "failed", (string?)(await system.GetAsync($"{accepted.Headers.Location!.OriginalString}?wait=30s")).Json["status"]);

    private static Task<int> OwedAsync(RideSystem system, long id) =>
        system.Database.ScalarAsync<int>($"select owed from ops.dead_letters where key = '{id}'");

    // The producer records it after the answer.
    private static Task OwedAsync(RideSystem system, long id, int owed) =>
        Eventually.True(async () => await OwedAsync(system, id) == owed);
}
