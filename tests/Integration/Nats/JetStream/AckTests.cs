using System.Diagnostics;
using NATS.Client.Core;
using NATS.Client.JetStream;
using NATS.Net;

namespace RideIngest.Integration.Nats.JetStream;

public sealed class AckTests : JetStreamTest
{
    public static TheoryData<string> Versions => NatsServers.Versions;

    [Theory, MemberData(nameof(Versions))]
    public async Task Metadata_tells_where_a_message_stands(string server)
    {
        var js = await ContextAsync(server);
        await StreamAsync(js);
        var consumer = await ConsumerAsync(js);
        var before = DateTimeOffset.UtcNow.AddSeconds(-1);
        await PublishAsync(js, 0, 3);

        // Since 2.10 a consumer hears of what was published a moment later.
        while (consumer.Info.NumPending < 3) await consumer.RefreshAsync(Deadline);
        var second = (await FetchAsync(consumer, 2))[1];

        var metadata = second.Metadata!.Value;
        Assert.Equal((Mine, "store"), (metadata.Stream, metadata.Consumer));
        Assert.Equal(new NatsJSSequencePair(2, 2), metadata.Sequence);
        Assert.Equal((1UL, 1UL), (metadata.NumDelivered, metadata.NumPending));
        Assert.InRange(metadata.Timestamp, before, DateTimeOffset.UtcNow.AddSeconds(1));
        Assert.Equal($"{Mine}.1", second.Subject);
    }

    [Theory, MemberData(nameof(Versions))]
    public async Task What_is_not_acknowledged_comes_again_after_the_ack_wait(string server)
    {
        var js = await ContextAsync(server);
        await StreamAsync(js);
        var consumer = await ConsumerAsync(js, config => config.AckWait = TimeSpan.FromMilliseconds(300));
        await PublishAsync(js, 0, 1);

        var first = Assert.Single(await FetchAsync(consumer, 1));
        var again = Assert.Single(await FetchAsync(consumer, 1));

        Assert.Equal(first.Metadata!.Value.Sequence.Stream, again.Metadata!.Value.Sequence.Stream);
        Assert.Equal(2UL, again.Metadata!.Value.NumDelivered);
    }

    [Fact]
    public async Task A_nak_brings_it_back_at_once_and_with_a_delay_not_before_it()
    {
        var js = await ContextAsync();
        await StreamAsync(js);
        var consumer = await ConsumerAsync(js);
        await PublishAsync(js, 0, 1);
        var clock = Stopwatch.StartNew();

        await Assert.Single(await FetchAsync(consumer, 1)).NakAsync(cancellationToken: Deadline);
        var second = Assert.Single(await FetchAsync(consumer, 1));
        clock.Restart();
        await second.NakAsync(new AckOpts { NakDelay = TimeSpan.FromMilliseconds(600) }, Deadline);
        var third = Assert.Single(await FetchAsync(consumer, 1));

        Assert.True(clock.Elapsed >= TimeSpan.FromMilliseconds(550), $"came after {clock.Elapsed}");
        Assert.Equal(3UL, third.Metadata!.Value.NumDelivered);
    }

    [Fact]
    public async Task Progress_extends_the_ack_wait()
    {
        var js = await ContextAsync();
        await StreamAsync(js);
        var consumer = await ConsumerAsync(js, config => config.AckWait = TimeSpan.FromMilliseconds(1_000));
        await PublishAsync(js, 0, 1);
        var message = Assert.Single(await FetchAsync(consumer, 1));

        for (var clock = Stopwatch.StartNew(); clock.Elapsed < TimeSpan.FromMilliseconds(1_800);)
        {
            await message.AckProgressAsync(cancellationToken: Deadline);
            await consumer.RefreshAsync(Deadline);
            Assert.Equal(0, consumer.Info.NumRedelivered);
        }

        await message.AckAsync(new AckOpts { DoubleAck = true }, Deadline);
        await consumer.RefreshAsync(Deadline);
        Assert.Equal((0, 1UL), (consumer.Info.NumAckPending, consumer.Info.AckFloor.StreamSeq));
    }

    [Theory, MemberData(nameof(Versions))]
    public async Task A_terminated_message_never_comes_again(string server)
    {
        var js = await ContextAsync(server);
        await StreamAsync(js);
        var consumer = await ConsumerAsync(js, config => config.AckWait = TimeSpan.FromMilliseconds(300));
        await PublishAsync(js, 0, 1);

        await Assert.Single(await FetchAsync(consumer, 1)).AckTerminateAsync(new AckOpts { DoubleAck = true }, Deadline);

        Assert.Empty(await FetchAsync(consumer, 1, seconds: 1));
        await consumer.RefreshAsync(Deadline);
        Assert.Equal(0, consumer.Info.NumAckPending);
    }

    [Theory, MemberData(nameof(Versions))]
    public async Task A_termination_may_carry_its_reason(string server)
    {
        // nats-server 2.9 ignores a termination with a reason, which the package sends all the same.
        if (!Subject.IsOurs && Version.Parse(server) < new Version(2, 10))
            return;
        var js = await ContextAsync(server);
        await StreamAsync(js);
        var consumer = await ConsumerAsync(js);
        var advisories = await SubscribeAsync<string>(
            (NATS.Client.Core.NatsConnection)js.Connection, $"$JS.EVENT.ADVISORY.CONSUMER.MSG_TERMINATED.{Mine}.store");
        await PublishAsync(js, 0, 1);

        await Assert.Single(await FetchAsync(consumer, 1)).AckTerminateAsync("not a ride", Deadline);

        await UntilAsync(async () =>
        {
            await consumer.RefreshAsync(Deadline);
            return consumer.Info is { NumAckPending: 0, NumRedelivered: 0 };
        }, "it is settled");
        // Older servers do not tell the reason.
        if (Version.Parse(server) >= new Version(2, 11))
            Assert.Contains("not a ride", (await TakeAsync(advisories, 1))[0].Data!, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Versions))]
    public async Task A_double_ack_returns_when_the_server_has_it(string server)
    {
        var js = await ContextAsync(server);
        await StreamAsync(js);
        var consumer = await ConsumerAsync(js);
        await PublishAsync(js, 0, 10);

        foreach (var message in await FetchAsync(consumer, 10))
            await message.AckAsync(new AckOpts { DoubleAck = true }, Deadline);

        await consumer.RefreshAsync(Deadline);
        Assert.Equal((0, 10UL), (consumer.Info.NumAckPending, consumer.Info.AckFloor.StreamSeq));
    }

    [Fact]
    public async Task A_double_ack_that_nobody_takes_fails_also_where_no_responders_is_a_message()
    {
        // The package takes the message for the confirmation.
        if (!Subject.IsOurs)
            return;
        var js = (await ConnectAsync(change: opts => opts with { RequestReplyMode = NatsRequestReplyMode.Direct })).CreateJetStreamContext();
        await StreamAsync(js);
        var consumer = await ConsumerAsync(js);
        await PublishAsync(js, 0, 1);
        var message = Assert.Single(await FetchAsync(consumer, 1));

        await js.DeleteConsumerAsync(Mine, "store", Deadline);

        await Assert.ThrowsAsync<NatsNoRespondersException>(async () => await message.AckAsync(new AckOpts { DoubleAck = true }, Deadline));
    }

    [Fact]
    public async Task After_MaxDeliver_a_message_is_not_delivered_again()
    {
        var js = await ContextAsync();
        await StreamAsync(js);
        var consumer = await ConsumerAsync(js, config => config.MaxDeliver = 2);
        await PublishAsync(js, 0, 1);

        for (var i = 0; i < 2; i++)
            await Assert.Single(await FetchAsync(consumer, 1)).NakAsync(cancellationToken: Deadline);

        Assert.Empty(await FetchAsync(consumer, 1, seconds: 1));
    }

    [Fact]
    public async Task A_message_that_cannot_be_read_can_still_be_terminated()
    {
        var js = await ContextAsync();
        await StreamAsync(js);
        var consumer = await ConsumerAsync(js);
        await js.PublishAsync($"{Mine}.a", "no number", cancellationToken: Deadline);

        var message = Assert.Single(await FetchAsync(consumer, 1));

        Assert.IsType<NATS.Client.Core.NatsDeserializeException>(message.Error);
        await message.AckTerminateAsync(new AckOpts { DoubleAck = true }, Deadline);
    }
}
