using System.Collections.Concurrent;
using NATS.Client.Core;
using NATS.Client.JetStream;
using NATS.Client.JetStream.Models;
using NATS.Net;
using RideIngest.TestKit.Network;

namespace RideIngest.Integration.Nats.JetStream;

public sealed class RecoveryTests : JetStreamTest
{
    public static TheoryData<string> Versions => NatsServers.Versions;

    private static readonly NatsJSConsumeOpts Attentive = new()
    {
        MaxMsgs = 50,
        Expires = TimeSpan.FromSeconds(4),
        IdleHeartbeat = TimeSpan.FromSeconds(1),
    };

    [Theory, MemberData(nameof(Versions))]
    public async Task Consuming_survives_a_killed_server_and_misses_nothing(string version)
    {
        var server = Own(await NatsServers.OwnAsync(version: version));
        var client = Client(server);
        var js = client.CreateJetStreamContext();
        await StreamAsync(js, config => config.Storage = StreamConfigStorage.File);
        var consumer = await ConsumerAsync(js, QuickRedelivery);
        var received = Consume(consumer);

        for (var i = 0; i < 300; i++)
        {
            if (i is 100 or 200)
            {
                await server.KillAsync();
                await server.RestartAsync();
            }

            await PublishUntilStoredAsync(js, i);
        }

        await UntilAsync(() => received.Distinct().Count() == 300, "everything acknowledged is received");
    }

    [Theory]
    [InlineData("cut")]
    [InlineData("reset")]
    public async Task Consuming_survives_a_connection_that_is_lost_in_the_middle_of_a_pull(string how)
    {
        var (proxy, js) = await ThroughProxyAsync();
        var direct = await ContextAsync();
        await StreamAsync(direct);
        var received = Consume(await ConsumerAsync(js, QuickRedelivery));

        for (var i = 0; i < 60; i++)
        {
            if (i % 20 == 10)
            {
                await UntilAsync(() => received.Distinct().Count() == i, "it has caught up");
                if (how == "cut")
                    proxy.Cut();
                else
                    proxy.Reset();
            }

            await PublishAsync(direct, i, 1);
        }

        await UntilAsync(() => received.Distinct().Count() == 60, "everything is received");
    }

    [Fact]
    public async Task Missed_heartbeats_are_told_and_consuming_recovers()
    {
        var (proxy, js) = await ThroughProxyAsync();
        var direct = await ContextAsync();
        await StreamAsync(direct);
        var missed = new TaskCompletionSource();
        var received = Consume(await ConsumerAsync(js, QuickRedelivery), Attentive with
        {
            IdleHeartbeat = TimeSpan.FromMilliseconds(500),
            NotificationHandler = (notification, _) =>
            {
                if (notification is NatsJSTimeoutNotification)
                    missed.TrySetResult();
                return Task.CompletedTask;
            },
        });
        await PublishAsync(direct, 0, 10);
        await UntilAsync(() => received.Count == 10, "it consumes");

        proxy.BlackHole();
        await PublishAsync(direct, 10, 10);
        await missed.Task.WaitAsync(Patience);
        proxy.Resume();
        await PublishAsync(direct, 20, 10);

        await UntilAsync(() => received.Distinct().Count() == 30, "everything is received");
    }

    [Fact]
    public async Task A_pull_that_the_server_lost_is_asked_again()
    {
        var server = Own(await NatsServers.OwnAsync());
        var js = Client(server).CreateJetStreamContext();
        await StreamAsync(js, config => config.Storage = StreamConfigStorage.File);
        var consumer = await ConsumerAsync(js, QuickRedelivery);
        var received = Consume(consumer);
        await PublishAsync(js, 0, 1);
        await UntilAsync(() => received.Count == 1, "it consumes");

        await server.RestartAsync();

        await PublishUntilStoredAsync(js, 1);
        await UntilAsync(() => received.Distinct().Count() == 2, "the pull is there again");
    }

    [Fact]
    public async Task An_ordered_consumer_keeps_the_exact_order_across_restarts_and_gaps()
    {
        var server = Own(await NatsServers.OwnAsync());
        var proxy = Own(new TcpProxy("127.0.0.1", server.Port));
        var js = Client(server).CreateJetStreamContext();
        await StreamAsync(js, config => config.Storage = StreamConfigStorage.File);
        var ordered = await Client($"nats://127.0.0.1:{proxy.Port}").CreateJetStreamContext().CreateOrderedConsumerAsync(Mine, cancellationToken: Deadline);
        var received = new ConcurrentQueue<int>();
        Beside(async () =>
        {
            await foreach (var message in ordered.ConsumeAsync<int>(opts: Attentive with { IdleHeartbeat = TimeSpan.FromMilliseconds(500) }, cancellationToken: Deadline))
                received.Enqueue(message.Data);
        });

        for (var i = 0; i < 120; i++)
        {
            if (i is 40 or 80)
                await UntilAsync(() => received.Count >= i / 2, "it reads");
            if (i == 40)
                await server.RestartAsync();
            if (i == 80)
                proxy.Reset();
            await PublishUntilStoredAsync(js, i);
        }

        await UntilAsync(() => received.Count >= 120, "everything is received");
        Assert.Equal(Enumerable.Range(0, 120), received);
    }

    [Fact]
    public async Task Fetching_through_a_cut_returns_and_the_next_fetch_works()
    {
        var (proxy, js) = await ThroughProxyAsync();
        var direct = await ContextAsync();
        await StreamAsync(direct);
        var consumer = await ConsumerAsync(js, config => config.AckWait = TimeSpan.FromMilliseconds(500));

        var fetching = FetchAsync(consumer, 10, seconds: 2);
        proxy.Cut();
        await Record.ExceptionAsync(() => fetching.WaitAsync(Patience));
        Assert.True(fetching.IsCompleted);
        await PublishAsync(direct, 0, 5);

        var received = new HashSet<int>();
        await UntilAsync(async () =>
        {
            foreach (var message in await FetchAsync(consumer, 5, seconds: 1))
            {
                received.Add(message.Data);
                await message.AckAsync(cancellationToken: Deadline);
            }

            return received.Count == 5;
        }, "all are fetched");
    }

    // What was on its way to a lost connection comes again after the ack wait.
    private static void QuickRedelivery(ConsumerConfig config) => config.AckWait = TimeSpan.FromSeconds(1);

    private ConcurrentQueue<int> Consume(INatsJSConsumer consumer, NatsJSConsumeOpts? opts = null)
    {
        var received = new ConcurrentQueue<int>();
        Beside(async () =>
        {
            await foreach (var message in consumer.ConsumeAsync<int>(opts: opts ?? Attentive, cancellationToken: Deadline))
            {
                received.Enqueue(message.Data);
                try
                {
                    await message.AckAsync(cancellationToken: Deadline);
                }
                catch (NatsException)
                {
                    // It comes again.
                }
            }
        });
        return received;
    }

    private async Task<(TcpProxy, INatsJSContext)> ThroughProxyAsync()
    {
        var proxy = Own(new TcpProxy("127.0.0.1", (await NatsServers.SharedAsync()).Port));
        return (proxy, Client($"nats://127.0.0.1:{proxy.Port}").CreateJetStreamContext());
    }
}
