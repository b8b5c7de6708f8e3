using System.Diagnostics;
using NATS.Client.Core;

namespace RideIngest.Integration.Nats.Core;

public sealed class SubscriptionTests : NatsTest
{
    [Fact]
    public async Task After_unsubscribing_nothing_more_arrives_and_the_channel_completes()
    {
        var client = await ConnectAsync();
        var sub = await SubscribeAsync<int>(client, Mine);
        await client.PublishAsync(Mine, 1, cancellationToken: Deadline);
        await TakeAsync(sub, 1);

        await sub.UnsubscribeAsync();
        await client.PublishAsync(Mine, 2, cancellationToken: Deadline);
        await client.PingAsync(Deadline);

        await sub.Msgs.Completion.WaitAsync(Patience);
        Assert.False(sub.Msgs.TryRead(out _));
    }

    [Fact]
    public async Task A_subscription_with_MaxMsgs_ends_by_itself_after_so_many()
    {
        var client = await ConnectAsync();
        var sub = await SubscribeAsync<int>(client, Mine, opts: new NatsSubOpts { MaxMsgs = 3 });

        for (var i = 0; i < 10; i++)
            await client.PublishAsync(Mine, i, cancellationToken: Deadline);

        Assert.Equal([0, 1, 2], await ReadToEndAsync(sub));
        Assert.Equal(NatsSubEndReason.MaxMsgs, ((NatsSubBase)sub).EndReason);
    }

    [Fact]
    public async Task A_subscription_with_a_timeout_ends_after_it()
    {
        var client = await ConnectAsync();
        var sub = await SubscribeAsync<int>(client, Mine, opts: new NatsSubOpts { Timeout = TimeSpan.FromMilliseconds(150) });

        Assert.Empty(await ReadToEndAsync(sub));
        Assert.Equal(NatsSubEndReason.Timeout, ((NatsSubBase)sub).EndReason);
    }

    [Fact]
    public async Task An_idle_timeout_counts_from_the_last_message()
    {
        var client = await ConnectAsync();
        var sub = await SubscribeAsync<int>(client, Mine, opts: new NatsSubOpts { IdleTimeout = TimeSpan.FromSeconds(2) });

        await client.PublishAsync(Mine, 1, cancellationToken: Deadline);

        Assert.Equal([1], await ReadToEndAsync(sub));
        Assert.Equal(NatsSubEndReason.IdleTimeout, ((NatsSubBase)sub).EndReason);
    }

    [Fact]
    public async Task A_start_up_timeout_ends_a_subscription_that_hears_nothing()
    {
        var client = await ConnectAsync();
        var sub = await SubscribeAsync<int>(client, Mine, opts: new NatsSubOpts { StartUpTimeout = TimeSpan.FromMilliseconds(150) });

        Assert.Empty(await ReadToEndAsync(sub));
        Assert.Equal(NatsSubEndReason.StartUpTimeout, ((NatsSubBase)sub).EndReason);
    }

    [Fact]
    public async Task With_both_timeouts_idle_is_what_comes_after_the_first_message()
    {
        var client = await ConnectAsync();
        var sub = await SubscribeAsync<int>(client, Mine, opts: new NatsSubOpts { StartUpTimeout = Patience, IdleTimeout = TimeSpan.FromMilliseconds(100) });

        // Longer than idle may be.
        for (var since = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(since) < TimeSpan.FromMilliseconds(200);)
            await client.PingAsync(Deadline);
        await client.PublishAsync(Mine, 1, cancellationToken: Deadline);

        Assert.Equal([1], await ReadToEndAsync(sub));
        Assert.Equal(NatsSubEndReason.IdleTimeout, ((NatsSubBase)sub).EndReason);
    }

    [Fact]
    public async Task A_subscription_may_stop_on_an_empty_message()
    {
        var client = await ConnectAsync();
        var sub = await SubscribeAsync<string>(client, Mine, opts: new NatsSubOpts { StopOnEmptyMsg = true });

        await client.PublishAsync(Mine, "data", cancellationToken: Deadline);
        await client.PublishAsync(Mine, cancellationToken: Deadline);
        await client.PublishAsync(Mine, "after", cancellationToken: Deadline);

        Assert.Equal("data", (await ReadToEndAsync(sub))[0]);
        Assert.Equal(NatsSubEndReason.EmptyMsg, ((NatsSubBase)sub).EndReason);
    }

    [Fact]
    public async Task Cancelling_the_enumeration_unsubscribes()
    {
        var client = await ConnectAsync();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Deadline);
        var subscribed = new TaskCompletionSource();
        var reading = Task.Run(async () =>
        {
            var opts = new NatsSubOpts { Events = null };
            await foreach (var message in client.SubscribeAsync<int>(Mine, opts: opts, cancellationToken: stop.Token))
                subscribed.TrySetResult();
        });
        await UntilAsync(async () =>
        {
            await client.PublishAsync(Mine, 1, cancellationToken: Deadline);
            await client.PingAsync(Deadline);
            return subscribed.Task.IsCompleted;
        }, "the enumeration runs");

        await stop.CancelAsync();

        await Record.ExceptionAsync(() => reading.WaitAsync(Patience));
        Assert.True(reading.IsCompleted);
        await UntilAsync(async () =>
        {
            try
            {
                await client.RequestAsync<int, int>(Mine, 1, cancellationToken: Deadline);
                return false;
            }
            catch (NatsNoRespondersException)
            {
                return true;
            }
        }, "nobody listens any more");
    }

    [Fact]
    public async Task Draining_a_subscription_delivers_what_was_sent_before_and_then_completes()
    {
        var client = await ConnectAsync();
        var sub = await SubscribeAsync<int>(client, Mine);
        for (var i = 0; i < 500; i++)
            await client.PublishAsync(Mine, i, cancellationToken: Deadline);

        var draining = sub.DrainAsync(Deadline).AsTask();
        var received = await ReadToEndAsync(sub);
        await draining.WaitAsync(Patience);

        Assert.Equal(Enumerable.Range(0, 500), received);
    }

    [Fact]
    public async Task Two_subscriptions_of_one_connection_to_one_subject_both_hear()
    {
        var client = await ConnectAsync();
        var first = await SubscribeAsync<int>(client, Mine);
        var second = await SubscribeAsync<int>(client, Mine);

        await client.PublishAsync(Mine, 42, cancellationToken: Deadline);

        Assert.Equal(42, (await TakeAsync(first, 1))[0].Data);
        Assert.Equal(42, (await TakeAsync(second, 1))[0].Data);
    }

    private async Task<List<T?>> ReadToEndAsync<T>(INatsSub<T> sub)
    {
        var all = new List<T?>();
        while (await sub.Msgs.WaitToReadAsync(Deadline).AsTask().WaitAsync(Patience))
        {
            while (sub.Msgs.TryRead(out var message))
                all.Add(message.Data);
        }

        return all;
    }
}
