using System.Diagnostics;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using RideIngest.CheckIn.Events;
using RideIngest.CheckIn.Taps;
using RideIngest.Integration.Systems;
using RideIngest.TestKit.Waiting;

namespace RideIngest.Integration.CheckIn;

/// <summary>Taps while Postgres or NATS is away.</summary>
public sealed class OutageTests
{
    private const string AnyTap = "--checkin:duplicate_window=0s";
    private const string Soon = "--checkin:store_within=600ms";

    [ServerProcessFact]
    public async Task Without_Postgres_taps_go_into_the_stream_and_are_stored_in_order_afterwards()
    {
        await using var checkIn = await CheckInRig.StartAsync(ownPostgres: true, AnyTap);
        await checkIn.TappedAsync("EMP001");
        await checkIn.System.Postgres.KillAsync();

        var answers = await TapsAsync(checkIn, 5);
        await checkIn.System.Postgres.RestartAsync();

        var receipts = await ReceiptsAsync(checkIn, answers);
        Assert.Equal(
            ["checked_out", "checked_in", "checked_out", "checked_in", "checked_out"],
            receipts.Select(receipt => (string)receipt["action"]!));
        await checkIn.SettledAsync();
        Assert.Equal(3, checkIn.Legacy.Effects("EMP001").Count);
    }

    [Fact]
    public async Task While_Postgres_hangs_taps_are_accepted_long_before_the_commit_is_given_up_and_none_counts_twice()
    {
        await using var checkIn = await CheckInRig.StartAsync(AnyTap, Soon);
        await Eventually.True(async () => (await checkIn.TapAsync("EMP001")).Status == 200);
        var before = await checkIn.System.Database.ScalarAsync<long>("select count(*) from checkin.events");
        var first = Stopwatch.StartNew();
        List<Answer> answers;
        await using (await HangAsync(checkIn))
        {
            first.Restart();
            answers = await TapsAsync(checkIn, 1);
            Assert.True(first.Elapsed < TimeSpan.FromSeconds(15));
            answers.AddRange(await TapsAsync(checkIn, 3));
        }

        var receipts = await ReceiptsAsync(checkIn, answers);
        Assert.Equal(
            before % 2 == 1
                ? ["checked_out", "checked_in", "checked_out", "checked_in"]
                : ["checked_in", "checked_out", "checked_in", "checked_out"],
            receipts.Select(receipt => (string)receipt["action"]!));
        Assert.Equal(before + 4, await checkIn.System.Database.ScalarAsync<long>("select count(*) from checkin.events"));
        await Eventually.True(async () => (await checkIn.TapAsync("EMP002")).Status == 200);
    }

    [Fact]
    public async Task A_receipt_of_a_tap_within_the_window_says_duplicate()
    {
        await using var checkIn = await CheckInRig.StartAsync(Soon);
        List<Answer> answers;
        await using (await HangAsync(checkIn))
            answers = await TapsAsync(checkIn, 2);

        var receipts = await ReceiptsAsync(checkIn, answers);
        Assert.Equal(["checked_in", "duplicate"], receipts.Select(receipt => (string)receipt["action"]!));
        Assert.Equal((string)receipts[0]["record_id"]!, (string)receipts[1]["record_id"]!);
    }

    [Fact]
    public async Task A_tap_that_waited_for_days_and_the_same_one_sent_again_count_once()
    {
        await using var checkIn = await CheckInRig.StartAsync(AnyTap);
        var table = checkIn.System.Services.GetRequiredService<TapTable>();
        var at = DateTimeOffset.UtcNow.AddDays(-3);

        var first = await StoreAsync(at);
        var again = await StoreAsync(at.AddMinutes(5));

        Assert.Equal((TapEnd.Counted, TapAction.CheckedIn), (first.End, first.Action));
        Assert.Equal((first.End, first.Action, first.RecordId), (again.End, again.Action, again.RecordId));

        async Task<TapOutcome> StoreAsync(DateTimeOffset time)
        {
            var tap = new Tap { Id = Guid.CreateVersion7(time).ToString(), EmployeeId = "EMP001", At = time, SenderKey = "a" };
            return (await table.StoreAsync([new TracedTap(tap, default)], isLive: false, sent: null, CancellationToken.None))[0];
        }
    }

    [ServerProcessFact]
    public async Task Without_NATS_taps_are_stored_and_check_outs_wait_in_the_outbox()
    {
        await using var checkIn = await CheckInRig.StartAsync(AnyTap);
        await checkIn.System.Nats.KillAsync();

        var (tapped, left) = (await checkIn.TapAsync("EMP001"), await checkIn.TapAsync("EMP001"));
        var waiting = (await checkIn.System.GetAsync("/checkin/outbox")).Json;
        var key = await checkIn.System.Database.ScalarAsync<string>("select key from ops.outbox");
        await checkIn.System.Nats.RestartAsync();

        Assert.Equal((200, 200, "EMP001"), (tapped.Status, left.Status, key));
        Assert.Equal(1, (int)waiting["waiting"]!);
        await checkIn.SettledAsync();
        Assert.Single(checkIn.Legacy.Effects("EMP001"));
    }

    [ServerProcessFact]
    public async Task Without_both_servers_nothing_is_kept()
    {
        await using var checkIn = await CheckInRig.StartAsync(ownPostgres: true, AnyTap);
        await checkIn.System.Postgres.KillAsync();
        await checkIn.TapAsync("EMP001");
        await checkIn.System.Nats.KillAsync();

        await Eventually.True(async () => (await checkIn.TapAsync("EMP002")).Status == 503);
        var refused = await checkIn.TapAsync("EMP003");
        await checkIn.System.Postgres.RestartAsync();
        await checkIn.System.Nats.RestartAsync();

        Assert.NotNull(refused.Headers.RetryAfter);
        Assert.Equal(503, refused.Status);
        await Eventually.True(async () => (await checkIn.System.GetAsync("/checkin/employees/EMP001")).Status == 200);
        Assert.Equal(404, (await checkIn.System.GetAsync("/checkin/employees/EMP003")).Status);
    }

    /// <summary>Lets commits hang, until it is disposed.</summary>
    private static async Task<NpgsqlConnection> HangAsync(CheckInRig checkIn)
    {
        var connection = await checkIn.System.Database.OpenConnectionAsync();
        await using var hang = new NpgsqlCommand("begin; lock table checkin.employees in access exclusive mode", connection);
        await hang.ExecuteNonQueryAsync();
        return connection;
    }

    /// <summary>Taps one after the other, and asserts that each is accepted.</summary>
    private static async Task<List<Answer>> TapsAsync(CheckInRig checkIn, int count)
    {
        var answers = new List<Answer>();
        for (var i = 0; i < count; i++)
            answers.Add(await checkIn.TapAsync("EMP001"));
        Assert.All(answers, answer => Assert.Equal((202, "accepted"), (answer.Status, (string?)answer.Json["action"])));
        return answers;
    }

    /// <summary>Waits until it is known what became of taps.</summary>
    private static async Task<List<JsonNode>> ReceiptsAsync(CheckInRig checkIn, IEnumerable<Answer> answers)
    {
        var receipts = new List<JsonNode>();
        foreach (var answer in answers)
        {
            await Eventually.True(async () => await ReadAsync() is { } read && (string)read["action"]! != "accepted");
            receipts.Add((await ReadAsync())!);

            async Task<JsonNode?> ReadAsync() =>
                await checkIn.System.GetAsync($"/checkin/receipts/{answer.Json["receipt"]}") is { Status: 200 } read ? read.Json : null;
        }
        return receipts;
    }
}
