using NATS.Client.JetStream;
using RideIngest.Streams.Pulls;
using RideIngest.TestKit.Waiting;

namespace RideIngest.Integration.Broker;

/// <summary>Two pulls that overlap, since nats-server 2.9 may silently drop one; and stopping without leaving anything behind.</summary>
public sealed class StandingPullTests : BrokerTest
{
    private int _taken;

    [Theory, MemberData(nameof(Versions))]
    public async Task Two_pulls_wait_while_nothing_comes_and_none_when_it_has_stopped(string version)
    {
        var js = await ContextAsync(version);
        await StreamAsync(js);
        using var stop = new CancellationTokenSource();
        var pulling = PullAsync(js, await ConsumerAsync(js), stop.Token);

        await Eventually.True(async () => (await InfoAsync(js)).NumWaiting == 2);
        await stop.CancelAsync();
        await pulling.WaitAsync(Patience);

        Assert.Equal(0, (await InfoAsync(js)).NumWaiting);
    }

    [Theory, MemberData(nameof(Versions))]
    public async Task One_that_stops_amid_a_flow_has_got_all_that_was_sent_to_it(string version)
    {
        var js = await ContextAsync(version);
        await StreamAsync(js);
        var consumer = await ConsumerAsync(js);
        using var dry = new CancellationTokenSource();
        var flowing = FlowAsync(js, dry.Token);

        for (var time = 1; time <= 3; time++)
        {
            using var stop = new CancellationTokenSource();
            var (before, pulling) = (Volatile.Read(ref _taken), PullAsync(js, consumer, stop.Token));
            await Eventually.True(() => Volatile.Read(ref _taken) >= before + 100);
            await stop.CancelAsync();
            await pulling.WaitAsync(Patience);

            // Long before it would deliver anything again.
            await Eventually.True(async () => (await InfoAsync(js)).NumAckPending == 0);
        }
        await dry.CancelAsync();
        await flowing;
        Assert.Equal(0, (await InfoAsync(js)).NumRedelivered);
    }

    [Theory, MemberData(nameof(Versions))]
    public async Task It_ends_when_the_consumer_is_gone(string version)
    {
        var js = await ContextAsync(version);
        await StreamAsync(js);
        var pulling = PullAsync(js, await ConsumerAsync(js), Deadline);
        await Eventually.True(async () => (await InfoAsync(js)).NumWaiting > 0);

        await js.DeleteConsumerAsync(Mine, "store", Deadline);

        Assert.Same(pulling, await Task.WhenAny(pulling, Task.Delay(Patience, Deadline)));
    }

    [Fact]
    public async Task While_messages_are_large_it_asks_for_as_many_as_fit_into_its_bytes()
    {
        var js = await ContextAsync();
        await StreamAsync(js);
        var pulls = await PullsAsync();
        using var stop = new CancellationTokenSource();
        var pulling = PullAsync(js, await ConsumerAsync(js), stop.Token, bytes: 1_000_000);
        Assert.Equal(64, (int)(await NextAsync(pulls))["batch"]!);

        await js.PublishAsync($"{Mine}.a", new byte[300_000], cancellationToken: Deadline);

        // A few may have been asked for before the message had come.
        var batch = 64;
        for (var pull = 0; pull < 10 && batch == 64; pull++)
            batch = (int)(await NextAsync(pulls))["batch"]!;
        Assert.Equal(3, batch);
        await stop.CancelAsync();
        await pulling.WaitAsync(Patience);
    }

    private Task PullAsync(
        NatsJSContext js, INatsJSConsumer consumer, CancellationToken stop, long bytes = 1 << 20) => StandingPull.RunAsync<byte[]>(
        js.Connection,
        consumer,
        bytes,
        _ => Task.CompletedTask,
        async message =>
        {
            await message.AckAsync(cancellationToken: Deadline);
            Interlocked.Increment(ref _taken);
        },
        inOrder: false,
        stop);

    private async Task FlowAsync(NatsJSContext js, CancellationToken dry)
    {
        while (!dry.IsCancellationRequested)
            (await js.PublishAsync($"{Mine}.a", 1, cancellationToken: Deadline)).EnsureSuccess();
    }
}
