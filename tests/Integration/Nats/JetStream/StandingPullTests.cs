using NATS.Client.JetStream;
using NATS.Client.JetStream.Models;
using RideIngest.Platform.Messaging;
using RideIngest.TestKit;

namespace RideIngest.Integration.Nats.JetStream;

/// <summary>Two pulls that overlap, so that one which the server drops without a word costs no time; and leaving without leaving anything behind.</summary>
public sealed class StandingPullTests : JetStreamTest
{
    private int _taken;

    [Theory]
    [MemberData(nameof(NatsVersions.All), MemberType = typeof(NatsVersions))]
    public async Task Two_pulls_wait_while_nothing_comes(string version)
    {
        var js = await ContextAsync(version);
        await StreamAsync(js);
        var consumer = await ConsumerAsync(js);
        using var stop = new CancellationTokenSource();
        var pulling = PullAsync(consumer, stop.Token);

        await UntilAsync(async () => await WaitingAsync(consumer) == 2, "two pulls wait");
        await stop.CancelAsync();
        await pulling.WaitAsync(Patience);
        Assert.Equal(0, await WaitingAsync(consumer));
    }

    [Theory]
    [MemberData(nameof(NatsVersions.All), MemberType = typeof(NatsVersions))]
    public async Task Who_leaves_amid_a_flow_has_got_all_that_was_sent_to_it(string version)
    {
        var js = await ContextAsync(version);
        await StreamAsync(js);
        var consumer = await ConsumerAsync(js);
        using var dry = new CancellationTokenSource();
        var flow = FlowAsync(js, dry.Token);

        for (var time = 1; time <= 5; time++)
        {
            using var stop = new CancellationTokenSource();
            var (before, pulling) = (Volatile.Read(ref _taken), PullAsync(consumer, stop.Token));
            await UntilAsync(() => Volatile.Read(ref _taken) >= before + 100, "the flow arrives");
            await stop.CancelAsync();
            await pulling.WaitAsync(Patience);
            await UntilAsync(async () => await PendingAsync(consumer) == 0, "the server has every ack, long before it would deliver anything again");
        }
        await dry.CancelAsync();
        await flow;
        Assert.Equal(0, consumer.Info.NumRedelivered);
    }

    [Theory]
    [MemberData(nameof(NatsVersions.All), MemberType = typeof(NatsVersions))]
    public async Task It_ends_when_the_consumer_is_gone(string version)
    {
        var js = await ContextAsync(version);
        await StreamAsync(js);
        var pulling = PullAsync(await ConsumerAsync(js), Deadline);
        await js.DeleteConsumerAsync(Mine, "store", Deadline);
        Assert.Same(pulling, await Task.WhenAny(pulling, Task.Delay(Patience, Deadline)));
    }

    private Task PullAsync(INatsJSConsumer consumer, CancellationToken stop) => StandingPull.RunAsync<int>(
        consumer,
        new NatsJSFetchOpts { MaxMsgs = 20 },
        _ => Task.CompletedTask,
        async message =>
        {
            await message.AckAsync(cancellationToken: Deadline);
            Interlocked.Increment(ref _taken);
        },
        stop);

    private async Task<int> WaitingAsync(INatsJSConsumer consumer)
    {
        await consumer.RefreshAsync(Deadline);
        return consumer.Info.NumWaiting;
    }

    private async Task<int> PendingAsync(INatsJSConsumer consumer)
    {
        await consumer.RefreshAsync(Deadline);
        return consumer.Info.NumAckPending;
    }

    private async Task FlowAsync(INatsJSContext js, CancellationToken dry)
    {
        for (var i = 0; !dry.IsCancellationRequested; i++) (await js.PublishAsync($"{Mine}.{i % 10}", i, cancellationToken: Deadline)).EnsureSuccess();
    }
}
