using NATS.Client.Core;

namespace RideIngest.Integration.Nats.Network;

public sealed class SlowConsumerTests : NatsTest
{
    [Fact]
    public async Task What_a_slow_reader_loses_is_counted_exactly_and_others_lose_nothing()
    {
        var client = await ConnectAsync();
        long dropped = 0;
        client.MessageDropped += (_, args) =>
        {
            Assert.Equal($"{Mine}.x", args!.Subject);
            Interlocked.Increment(ref dropped);
            return ValueTask.CompletedTask;
        };
        var slow = await SubscribeAsync<int>(client, $"{Mine}.x", opts: Capacity(10));
        var others = await SubscribeAsync<int>(client, $"{Mine}.x", opts: Capacity(2_000));

        for (var i = 0; i < 1_000; i++)
            await client.PublishAsync($"{Mine}.x", i, cancellationToken: Deadline);

        Assert.Equal(Enumerable.Range(0, 1_000), (await TakeAsync(others, 1_000)).Select(message => message.Data));
        await UntilAsync(() => Interlocked.Read(ref dropped) + slow.Msgs.Count == 1_000, "delivered + dropped = sent");
        Assert.Equal(10, slow.Msgs.Count);
        await client.PublishAsync($"{Mine}.y", 1, cancellationToken: Deadline);
        await client.PingAsync(Deadline);
        Assert.Equal(990, Interlocked.Read(ref dropped));
    }

    [Fact]
    public async Task A_slow_reader_is_announced_once_until_it_has_caught_up()
    {
        var client = await ConnectAsync();
        var announced = 0;
        client.SlowConsumerDetected += (_, args) =>
        {
            Assert.Equal(Mine, args!.Subscription.Subject);
            Interlocked.Increment(ref announced);
            return ValueTask.CompletedTask;
        };
        var sub = await SubscribeAsync<int>(client, Mine, opts: Capacity(5));

        for (var i = 0; i < 100; i++)
            await client.PublishAsync(Mine, i, cancellationToken: Deadline);
        await UntilAsync(() => Volatile.Read(ref announced) == 1, "it is announced");
        await client.PingAsync(Deadline);

        Assert.Equal(1, announced);
        Assert.Equal([0, 1, 2, 3], (await TakeAsync(sub, 4)).Select(message => message.Data));
    }

    [Fact]
    public async Task A_reader_that_prefers_the_newest_keeps_the_newest()
    {
        var client = await ConnectAsync();
        var sub = await SubscribeAsync<int>(client, Mine, opts: new NatsSubOpts
        {
            ChannelOpts = new NatsSubChannelOpts { Capacity = 3, FullMode = System.Threading.Channels.BoundedChannelFullMode.DropOldest },
        });

        for (var i = 0; i < 10; i++)
            await client.PublishAsync(Mine, i, cancellationToken: Deadline);
        await client.PingAsync(Deadline);

        await UntilAsync(() => sub.Msgs.TryPeek(out var first) && first.Data == 7, "the oldest are gone");
        Assert.Equal([7, 8, 9], (await TakeAsync(sub, 3)).Select(message => message.Data));
    }

    [Fact]
    public async Task A_full_subscription_that_makes_the_connection_wait_does_not_keep_it_from_closing()
    {
        var client = await ConnectAsync();
        var sub = await SubscribeAsync<int>(client, Mine, opts: new NatsSubOpts
        {
            ChannelOpts = new NatsSubChannelOpts { Capacity = 1, FullMode = System.Threading.Channels.BoundedChannelFullMode.Wait },
        });
        for (var i = 0; i < 10; i++)
            await client.PublishAsync(Mine, i, cancellationToken: Deadline);
        await UntilAsync(() => sub.Msgs.Count == 1, "the subscription is full");

        await client.DisposeAsync().AsTask().WaitAsync(Patience);

        Assert.Equal(0, (await TakeAsync(sub, 1))[0].Data);
    }

    private static NatsSubOpts Capacity(int capacity) => new() { ChannelOpts = new NatsSubChannelOpts { Capacity = capacity } };
}
