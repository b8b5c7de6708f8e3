using System.Diagnostics;
using NATS.Client.JetStream;
using RideIngest.TestKit.Waiting;

namespace RideIngest.Integration.Broker;

/// <summary>What a consumer may rely on while it has messages in hand.</summary>
public sealed class PullTests : BrokerTest
{
    private static readonly AckOpts Confirmed = new() { DoubleAck = true };

    [Theory, MemberData(nameof(Versions))]
    public async Task A_fetch_gets_as_many_as_there_are_and_no_more_than_it_asked_for(string version)
    {
        var js = await ContextAsync(version);
        await StreamAsync(js);
        var consumer = await ConsumerAsync(js);
        await PublishAsync(js, 15);

        Assert.Equal(Enumerable.Range(0, 10), (await FetchAsync(consumer, 10)).Select(message => message.Data));
        Assert.Equal(Enumerable.Range(10, 5), (await FetchAsync(consumer, 10, seconds: 1)).Select(message => message.Data));
    }

    [Theory, MemberData(nameof(Versions))]
    public async Task A_pull_for_which_nothing_comes_ends_by_itself_when_it_expires(string version)
    {
        var js = await ContextAsync(version);
        await StreamAsync(js);
        var consumer = await ConsumerAsync(js);
        var since = Stopwatch.GetTimestamp();

        Assert.Empty(await FetchAsync(consumer, 10, seconds: 1));

        // Without the server's word it would end 5 s later.
        Assert.InRange(Stopwatch.GetElapsedTime(since).TotalSeconds, 0.9, 5.5);
    }

    [Theory, MemberData(nameof(Versions))]
    public async Task What_is_not_acknowledged_within_the_ack_wait_is_delivered_again_and_says_so(string version)
    {
        var js = await ContextAsync(version);
        await StreamAsync(js);
        var consumer = await ConsumerAsync(js, config => config.AckWait = TimeSpan.FromMilliseconds(300));
        await PublishAsync(js, 1);

        var first = Assert.Single(await FetchAsync(consumer, 1)).Metadata!.Value;
        var again = Assert.Single(await FetchAsync(consumer, 1)).Metadata!.Value;

        Assert.Equal((1UL, 1UL), (first.Sequence.Stream, again.Sequence.Stream));
        Assert.Equal((1UL, 2UL), (first.NumDelivered, again.NumDelivered));
    }

    [Theory, MemberData(nameof(Versions))]
    public async Task Work_that_is_reported_as_in_progress_is_not_delivered_again(string version)
    {
        var js = await ContextAsync(version);
        await StreamAsync(js);
        var consumer = await ConsumerAsync(js, config => config.AckWait = TimeSpan.FromSeconds(1.5));
        await PublishAsync(js, 1);
        var message = Assert.Single(await FetchAsync(consumer, 1));

        for (var since = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(since) < TimeSpan.FromSeconds(2.2);)
        {
            await message.AckProgressAsync(cancellationToken: Deadline);
            Assert.Equal(0, (await InfoAsync(js)).NumRedelivered);
        }
        await message.AckAsync(Confirmed, Deadline);

        Assert.Equal(0, (await StateAsync(js)).Messages);
    }

    [Theory, MemberData(nameof(Versions))]
    public async Task A_nak_brings_a_message_back_at_once_and_a_delayed_one_after_its_delay(string version)
    {
        var js = await ContextAsync(version);
        await StreamAsync(js);
        var consumer = await ConsumerAsync(js);
        await PublishAsync(js, 1);

        await Assert.Single(await FetchAsync(consumer, 1)).NakAsync(cancellationToken: Deadline);
        var second = Assert.Single(await FetchAsync(consumer, 1));
        var since = Stopwatch.GetTimestamp();
        await second.NakAsync(new AckOpts { NakDelay = TimeSpan.FromMilliseconds(500) }, Deadline);
        var third = Assert.Single(await FetchAsync(consumer, 1));

        Assert.True(Stopwatch.GetElapsedTime(since).TotalSeconds > 0.45);
        Assert.Equal(3UL, third.Metadata!.Value.NumDelivered);
    }

    [Theory, MemberData(nameof(Versions))]
    public async Task A_terminated_message_is_gone_from_the_work_queue(string version)
    {
        var js = await ContextAsync(version);
        await StreamAsync(js);
        var consumer = await ConsumerAsync(js);
        await PublishAsync(js, 1);

        await Assert.Single(await FetchAsync(consumer, 1)).AckTerminateAsync(Confirmed, Deadline);

        await Eventually.True(async () => (await StateAsync(js)).Messages == 0);
        Assert.Equal(0, (await InfoAsync(js)).NumAckPending);
    }

    [Theory, MemberData(nameof(Versions))]
    public async Task A_work_queue_removes_a_message_on_ack_and_keeps_those_before_it(string version)
    {
        var js = await ContextAsync(version);
        await StreamAsync(js);
        var consumer = await ConsumerAsync(js);
        await PublishAsync(js, 3);

        await (await FetchAsync(consumer, 3))[1].AckAsync(cancellationToken: Deadline);

        await Eventually.True(async () => (await StateAsync(js)).Messages == 2);
        var info = await InfoAsync(js);
        Assert.Equal((1UL, 2, 0UL), ((await StateAsync(js)).FirstSeq, info.NumAckPending, info.AckFloor.StreamSeq));
    }

    [Theory, MemberData(nameof(Versions))]
    public async Task A_confirmed_ack_returns_when_the_server_has_it(string version)
    {
        var js = await ContextAsync(version);
        await StreamAsync(js);
        var consumer = await ConsumerAsync(js);
        await PublishAsync(js, 10);

        foreach (var message in await FetchAsync(consumer, 10))
            await message.AckAsync(Confirmed, Deadline);

        var info = await InfoAsync(js);
        Assert.Equal((0, 10UL), (info.NumAckPending, info.AckFloor.StreamSeq));
    }

    [Theory, MemberData(nameof(Versions))]
    public async Task No_more_than_max_ack_pending_are_in_hand_at_a_time(string version)
    {
        var js = await ContextAsync(version);
        await StreamAsync(js);
        var consumer = await ConsumerAsync(js, config => config.MaxAckPending = 3);
        await PublishAsync(js, 10);

        var inHand = await FetchAsync(consumer, 10, seconds: 1);
        await inHand[0].AckAsync(Confirmed, Deadline);
        var next = await FetchAsync(consumer, 10, seconds: 1);

        Assert.Equal([0, 1, 2, 3], inHand.Concat(next).Select(message => message.Data));
    }
}
