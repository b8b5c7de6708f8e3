using System.Text;
using NATS.Client.JetStream;
using RideIngest.Faults.Checking;
using RideIngest.Faults.Load;
using RideIngest.Streams.Rides;

namespace RideIngest.Faults.Tests;

/// <summary>That the checker finds what it is there to find: each test plants one lie into what is otherwise true.</summary>
[Collection(SharedFaultsWorld.Name)]
public sealed class CheckerTests(FaultsWorld world)
{
    private static long _lastId = 900_000_000_000;

    [Fact]
    public async Task What_is_true_has_no_findings() => Assert.Empty(await FindingsAsync(await SentAsync()));

    [Fact]
    public async Task A_row_that_was_answered_201_and_is_gone_is_lost()
    {
        var ledger = await SentAsync();
        await ExecuteAsync($"delete from rides.bookings where id = {ledger.LastId}");
        Assert.Equal(Break.Lost, Assert.Single(await FindingsAsync(ledger)).Break);
    }

    [Fact]
    public async Task A_row_that_nobody_sent_is_found()
    {
        var ledger = await SentAsync();
        await ExecuteAsync(
            $"create temp table planted as select * from rides.bookings where id = {ledger.LastId}; update planted set id = id + 1; insert into rides.bookings select * from planted; drop table planted");
        Assert.Equal(Break.Unsent, Assert.Single(await FindingsAsync(ledger)).Break);
        await ExecuteAsync($"delete from rides.bookings where id = {ledger.LastId + 1}");
    }

    [Theory]
    [InlineData("user_id = user_id + 1")]
    [InlineData("from_lat = 0.5")]
    [InlineData("to_date = now()")]
    [InlineData("car_cancellation = not car_cancellation")]
    public async Task A_row_that_was_changed_is_found(string change)
    {
        var ledger = await SentAsync();
        await ExecuteAsync($"update rides.bookings set {change} where id = {ledger.LastId}");
        Assert.Equal(Break.Unsent, Assert.Single(await FindingsAsync(ledger)).Break);
    }

    [Fact]
    public async Task A_ride_that_was_answered_201_and_is_gone_is_lost()
    {
        var ledger = await SentAsync(firstId: Content.FirstRide);
        Assert.Empty(await FindingsAsync(ledger));
        await ExecuteAsync($"delete from rides.rides where id = {Content.FirstRide + ledger.LastId}");
        Assert.Equal(Break.Lost, Assert.Single(await FindingsAsync(ledger)).Break);
    }

    [Theory]
    [InlineData("driver_id = driver_id + 1")]
    [InlineData("requested_at = requested_at + interval '1 s'")]
    [InlineData("rating = coalesce(rating, 0) + 1")]
    public async Task A_ride_that_was_changed_is_found(string change)
    {
        var ledger = await SentAsync(firstId: Content.FirstRide);
        await ExecuteAsync($"update rides.rides set {change} where id = {Content.FirstRide + ledger.LastId}");
        Assert.Contains(await FindingsAsync(ledger), finding => finding.Break == Break.Unsent);
    }

    [Fact]
    public async Task A_dead_letter_that_was_dropped_is_lost()
    {
        var ledger = await SentAsync();
        var garbage = Encoding.UTF8.GetBytes($"garbage {ledger.LastId}");
        (await world.World.Js.PublishAsync(RidesStream.Subject("bookings"), garbage)).EnsureSuccess();
        ledger.Add(new ForeignFrame(garbage, []));
        Assert.Empty(await StuckCheck.WaitAsync(world.World));
        Assert.Empty(await FindingsAsync(ledger));

        await ExecuteAsync($"delete from ops.dead_letters where id >= {_firstLetter}");
        Assert.Equal(Break.Lost, Assert.Single(await FindingsAsync(ledger)).Break);
    }

    [Fact]
    public async Task A_right_record_that_rests_as_a_dead_letter_is_lost()
    {
        var ledger = Retold(await SentAsync(), attempt => attempt with { Told = Told.Accepted });
        var evidence = await EvidenceAsync(ledger);
        evidence.Rows.Remove(ledger.LastId);
        evidence.Letters.Add(new Letter(ledger.LastId, "57P03", Encoding.UTF8.GetBytes(new RecordContract().Json(ledger.LastId, 0))));

        Assert.Equal(Break.Lost, Assert.Single(Checker.Check(ledger, evidence)).Break);
    }

    [Fact]
    public async Task A_record_that_was_said_not_to_be_kept_and_is_there_is_a_lie()
    {
        var ledger = Retold(await SentAsync(), attempt => attempt with { Told = Told.NotKept });
        Assert.Equal(Break.Lie, Assert.Single(await FindingsAsync(ledger)).Break);
    }

    [Fact]
    public async Task A_conflict_with_nothing_else_is_a_lie()
    {
        var ledger = Retold(await SentAsync(), attempt => attempt with { Told = Told.Conflict });
        Assert.Equal(Break.Lie, Assert.Single(await FindingsAsync(ledger)).Break);
    }

    [Fact]
    public async Task A_record_that_was_stored_anew_twice_is_duplicated()
    {
        var ledger = await SentAsync();
        ledger.Add(ledger.LastId, ledger.Records[ledger.LastId][0]);
        Assert.Equal(Break.Duplicated, Assert.Single(await FindingsAsync(ledger)).Break);
    }

    [Fact]
    public async Task An_accepted_record_that_is_nowhere_is_lost()
    {
        var ledger = Retold(await SentAsync(), attempt => attempt with { Told = Told.Accepted });
        await ExecuteAsync($"delete from rides.bookings where id = {ledger.LastId}");
        Assert.Equal(Break.Lost, Assert.Single(await FindingsAsync(ledger)).Break);
    }

    [Fact]
    public async Task A_receipt_that_does_not_say_what_is_there_is_a_lie()
    {
        var ledger = await SentAsync(prefer: "respond-async");
        Assert.Empty(await StuckCheck.WaitAsync(world.World));
        var evidence = await EvidenceAsync(ledger);
        Assert.Empty(await ReceiptCheck.CheckAsync(world.World, ledger, evidence));

        evidence.Rows.Remove(ledger.LastId);
        Assert.Equal(Break.Lie, Assert.Single(await ReceiptCheck.CheckAsync(world.World, ledger, evidence)).Break);
    }

    private long _firstLetter;

    /// <summary>A few records, each of them stored: bookings, unless they are to begin with the first ride.</summary>
    private async Task<Ledger> SentAsync(string? prefer = null, long firstId = 0)
    {
        var ledger = new Ledger(firstId: Interlocked.Add(ref _lastId, 1000));
        await using (var select = world.World.Database.CreateCommand("select coalesce(max(id), 0) + 1 from ops.dead_letters"))
            _firstLetter = (long)(await select.ExecuteScalarAsync())!;
        using var sender = new Sender(ledger, new RecordContract());
        for (var i = 0; i < 3; i++)
            Assert.True((await sender.SendAsync(world.World.Producers[0], firstId + ledger.TakeIds(), 0, prefer)).IsSettled);
        return ledger;
    }

    private static Ledger Retold(Ledger ledger, Func<Attempt, Attempt> tell)
    {
        ledger.Records[ledger.LastId][0] = tell(ledger.Records[ledger.LastId][0]);
        return ledger;
    }

    private async Task<List<Finding>> FindingsAsync(Ledger ledger) => Checker.Check(ledger, await EvidenceAsync(ledger));

    private Task<Evidence> EvidenceAsync(Ledger ledger) => Evidence.ReadAsync(world.World.Database, ledger.LastId - 2, _firstLetter);

    private Task ExecuteAsync(string sql) => world.World.ExecuteAsync(sql);
}
