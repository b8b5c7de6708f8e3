namespace RideIngest.Integration.Producer;

/// <summary>Receipts of records that Postgres refused.</summary>
public sealed class ReceiptTests
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

    private static Task RefusingAsync(RideSystem system) => ExecuteAsync(system, "alter table rides.bookings add constraint refused check (id is null)");

    private static async Task ExecuteAsync(RideSystem system, string sql)
    {
        await using var command = system.Database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    /// <returns>Where its receipt is.</returns>
    private static async Task<string> SendAsync(RideSystem system, string booking)
    {
        var answer = await system.PostAsync("/v1/bookings", booking, headers: ("Prefer", "respond-async"));
        Assert.Equal(202, answer.Status);
        return answer.Headers.Location!.OriginalString;
    }

    private static Task<Answer> EndAsync(RideSystem system, string receipt) => system.GetAsync($"{receipt}?wait=30s");
}
