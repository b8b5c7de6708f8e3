using RideIngest.Streams.Intake;
using RideIngest.Streams.Publishing;
using RideIngest.Streams.Stages;
using RideIngest.TestKit.Waiting;

namespace RideIngest.Integration.Streams;

/// <summary>What a fan-out promises to each of its stages.</summary>
public sealed class FanOutTests
{
    // nats-server 2.9 compares a message's length without its overhead to the room that is left, and drops the oldest message if only
    // the overhead does not fit.
    private static readonly string Long = new('d', 1000);

    [Fact]
    public async Task Each_stage_gets_every_event_and_a_retried_event_reaches_no_other_stage_again()
    {
        await using var rig = await FanOutRig.CreateAsync();
        await rig.StartSummaryAsync();
        await rig.StartInvoicesAsync();
        var entry = await rig.StartEntryAsync();

        await PublishAsync(entry, 1, 50);
        await PublishAsync(entry, 51, 60, "retry");
        await rig.SettledAsync();

        Assert.Equal(Ids(1, 60), rig.Summary.Done.Order());
        Assert.Equal(Ids(1, 60), rig.Invoices.Done.Order());
    }

    [Fact]
    public async Task A_stage_that_was_stopped_gets_what_came_meanwhile()
    {
        await using var rig = await FanOutRig.CreateAsync();
        await rig.StartSummaryAsync();
        var stopped = await rig.StartInvoicesAsync();
        var entry = await rig.StartEntryAsync();
        await PublishAsync(entry, 1, 10);
        await rig.SettledAsync();

        await rig.StopAsync(stopped);
        await PublishAsync(entry, 11, 20);
        await Eventually.True(() => rig.Summary.Done.Count == 20);
        Assert.Equal(10, rig.Invoices.Done.Count);
        await rig.StartInvoicesAsync();
        await rig.SettledAsync();

        Assert.Equal(Ids(1, 20), rig.Invoices.Done.Order());
        Assert.Equal(Ids(1, 20), rig.Summary.Done.Order());
    }

    [Fact]
    public async Task What_one_stage_leaves_for_long_is_not_taken_for_lost_by_another_that_has_settled_it()
    {
        await using var rig = await FanOutRig.CreateAsync();
        await rig.StartSummaryAsync();
        await PublishAsync(await rig.StartEntryAsync(), 1, 3);

        // An orphan is recognized after five seconds.
        await Eventually.True(async () => await rig.OldestAsync() is { } oldest && oldest < DateTimeOffset.UtcNow.AddSeconds(-8));

        Assert.Equal(Ids(1, 3), rig.Summary.Done.Order());
    }

    [Fact]
    public async Task Of_what_processes_publish_at_once_before_any_stage_has_run_nothing_is_lost()
    {
        const int Processes = 4;
        await using var rig = await FanOutRig.CreateAsync();
        var entries = new List<EventEntry<Parcel>>();
        for (var i = 0; i < Processes; i++)
            entries.Add(await rig.StartEntryAsync());

        await Task.WhenAll(entries.Select((entry, i) => PublishAsync(entry, (10 * i) + 1, 10 * (i + 1))));
        await rig.StartSummaryAsync();
        await rig.StartInvoicesAsync();
        await rig.SettledAsync();

        Assert.Equal(Ids(1, 10 * Processes), rig.Summary.Done.Order());
        Assert.Equal(Ids(1, 10 * Processes), rig.Invoices.Done.Order());
    }

    [Fact]
    public async Task A_stream_that_is_full_for_one_slow_stage_refuses_events_until_that_stage_has_caught_up()
    {
        await using var rig = await FanOutRig.CreateAsync(bytes: 16 << 10);
        await rig.StartSummaryAsync();
        var entry = await rig.StartEntryAsync();
        var taken = new List<long>();
        for (var id = 1L; await AddAsync(entry, id) == PublishEnd.Taken; id++)
            taken.Add(id);
        var refused = taken.Count + 1L;
        Assert.Equal(PublishEnd.Refused, await AddAsync(entry, refused));

        await rig.StartInvoicesAsync();
        await Eventually.True(async () => await AddAsync(entry, refused) == PublishEnd.Taken);
        await rig.SettledAsync();

        Assert.Equal([.. taken, refused], rig.Invoices.Done.Order());
        Assert.Equal([.. taken, refused], rig.Summary.Done.Order());
    }

    [Fact]
    public async Task A_dead_letter_that_is_published_again_reaches_only_the_stage_that_rejected_it()
    {
        await using var rig = await FanOutRig.CreateAsync();
        await rig.StartSummaryAsync();
        await rig.StartInvoicesAsync();
        await PublishAsync(await rig.StartEntryAsync(), 1, 1, "refuse");
        await rig.SettledAsync();

        await rig.ReplayAsync("summary");
        await rig.SettledAsync();

        Assert.Equal([1], rig.Summary.Done);
        Assert.Empty(rig.Invoices.Done);
    }

    private static IEnumerable<long> Ids(int first, int last) => Enumerable.Range(first, last - first + 1).Select(id => (long)id);

    private static async Task<PublishEnd> AddAsync(EventEntry<Parcel> entry, long id) =>
        (await entry.AddAsync(new Parcel(id, Long), default)).End;

    private static async Task PublishAsync(EventEntry<Parcel> entry, int first, int last, string does = "done")
    {
        foreach (var published in await Task.WhenAll(Ids(first, last).Select(id => entry.AddAsync(new Parcel(id, does), default))))
            Assert.Equal(PublishEnd.Taken, published.End);
    }
}
