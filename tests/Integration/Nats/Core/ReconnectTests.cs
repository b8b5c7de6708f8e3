using System.Collections.Concurrent;
using NATS.Client.Core;
using RideIngest.TestKit.Network;

namespace RideIngest.Integration.Nats.Core;

public sealed class ReconnectTests : NatsTest
{
    public static TheoryData<string> Versions => NatsServers.Versions;

    [Theory, MemberData(nameof(Versions))]
    public async Task After_a_server_restart_subscriptions_hear_again(string version)
    {
        var server = Own(await NatsServers.OwnAsync(version: version));
        var client = Client(server);
        var sub = await SubscribeAsync<string>(client, $"{Mine}.>");
        var queue = await SubscribeAsync<string>(client, $"{Mine}.>", "group");
        var back = ReopeningAsync(client);

        await server.KillAsync();
        await UntilAsync(() => client.ConnectionState != NatsConnectionState.Open, "the client notices");
        await server.RestartAsync();
        await back;
        await client.PublishAsync($"{Mine}.a", "after", cancellationToken: Deadline);

        Assert.Equal("after", (await TakeAsync(sub, 1))[0].Data);
        Assert.Equal("after", (await TakeAsync(queue, 1))[0].Data);
    }

    [Theory]
    [InlineData("cut")]
    [InlineData("reset")]
    public async Task A_lost_connection_is_told_once_and_opened_again(string how)
    {
        var (proxy, client) = await ThroughProxyAsync();
        var events = new ConcurrentQueue<string>();
        client.ConnectionDisconnected += Tell("lost");
        client.ConnectionOpened += Tell("opened");
        var sub = await SubscribeAsync<int>(client, Mine);
        var back = ReopeningAsync(client);

        if (how == "cut")
            proxy.Cut();
        else
            proxy.Reset();
        await back;

        await client.PublishAsync(Mine, 7, cancellationToken: Deadline);
        Assert.Equal(7, (await TakeAsync(sub, 1))[0].Data);
        await UntilAsync(() => events.Count >= 3, "events come");
        Assert.Equal(["opened", "lost", "opened"], events);

        AsyncEventHandler<NatsEventArgs> Tell(string what) => (_, _) =>
        {
            events.Enqueue(what);
            return ValueTask.CompletedTask;
        };
    }

    [Fact]
    public async Task A_publish_while_away_is_delivered_after_the_reconnect()
    {
        var (proxy, client) = await ThroughProxyAsync();
        var receiver = await ConnectAsync();
        var sub = await SubscribeAsync<int>(receiver, Mine);
        await client.PingAsync(Deadline);

        proxy.Refusing = true;
        proxy.Cut();
        await UntilAsync(() => client.ConnectionState == NatsConnectionState.Reconnecting, "the client is away");
        var publishing = Task.Run(async () =>
        {
            for (var i = 0; i < 20; i++)
                await client.PublishAsync(Mine, i, cancellationToken: Deadline);
        });
        var attempts = proxy.Accepted;
        await UntilAsync(() => proxy.Accepted > attempts + 1, "it tries");
        proxy.Refusing = false;
        await publishing.WaitAsync(Patience);

        Assert.Equal(Enumerable.Range(0, 20), (await TakeAsync(sub, 20)).Select(message => message.Data));
    }

    [Fact]
    public async Task While_away_publishers_are_held_back_before_memory_grows_without_bound()
    {
        var (proxy, client) = await ThroughProxyAsync();
        await client.PingAsync(Deadline);
        proxy.Refusing = true;
        proxy.Cut();
        await UntilAsync(() => client.ConnectionState == NatsConnectionState.Reconnecting, "the client is away");
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(Deadline);
        var payload = new byte[64 * 1024];
        long sent = 0;

        var flood = Task.Run(async () =>
        {
            while (true)
            {
                await client.PublishAsync(Mine, payload, cancellationToken: giveUp.Token);
                Interlocked.Add(ref sent, payload.Length);
            }
        });
        var attempts = proxy.Accepted;
        await UntilAsync(() => proxy.Accepted > attempts + 5, "time passes");

        Assert.False(flood.IsCompleted && flood.IsFaulted && flood.Exception!.InnerException is OutOfMemoryException);
        Assert.True(Interlocked.Read(ref sent) < 64 * 1024 * 1024, $"{sent:N0} bytes were taken while away");
        await giveUp.CancelAsync();
        Assert.NotNull(await Record.ExceptionAsync(() => flood.WaitAsync(Patience)));
    }

    [Fact]
    public async Task A_request_works_again_after_the_reconnect()
    {
        var (proxy, client) = await ThroughProxyAsync();
        var responder = await ConnectAsync();
        var sub = await SubscribeAsync<string>(responder, Mine);
        _ = Task.Run(async () =>
        {
            await foreach (var message in sub.Msgs.ReadAllAsync())
                await message.ReplyAsync($"{message.Data}!");
        });
        Assert.Equal("one!", (await client.RequestAsync<string, string>(Mine, "one", cancellationToken: Deadline)).Data);
        var back = ReopeningAsync(client);

        proxy.Reset();
        await back;

        Assert.Equal("two!", (await client.RequestAsync<string, string>(Mine, "two", cancellationToken: Deadline)).Data);
    }

    [Fact]
    public async Task A_subscription_ended_while_away_stays_ended()
    {
        var (proxy, client) = await ThroughProxyAsync();
        var ended = await SubscribeAsync<int>(client, Mine);
        proxy.Refusing = true;
        proxy.Cut();
        await UntilAsync(() => client.ConnectionState == NatsConnectionState.Reconnecting, "the client is away");

        var unsubscribing = ended.UnsubscribeAsync().AsTask();
        var back = ReopeningAsync(client);
        proxy.Refusing = false;
        await back;
        await unsubscribing.WaitAsync(Patience);
        await client.PingAsync(Deadline);

        await Assert.ThrowsAsync<NatsNoRespondersException>(async () => await client.RequestAsync<int, int>(Mine, 1, cancellationToken: Deadline));
    }

    [Fact]
    public async Task Rest_of_a_MaxMsgs_subscription_counts_across_a_reconnect()
    {
        var (proxy, client) = await ThroughProxyAsync();
        var sub = await SubscribeAsync<int>(client, Mine, opts: new NatsSubOpts { MaxMsgs = 5 });
        for (var i = 0; i < 3; i++)
            await client.PublishAsync(Mine, i, cancellationToken: Deadline);
        var received = (await TakeAsync(sub, 3)).Select(message => message.Data).ToList();
        var back = ReopeningAsync(client);

        proxy.Cut();
        await back;
        for (var i = 3; i < 10; i++)
            await client.PublishAsync(Mine, i, cancellationToken: Deadline);
        await foreach (var message in sub.Msgs.ReadAllAsync(Deadline))
            received.Add(message.Data);

        Assert.Equal([0, 1, 2, 3, 4], received);
    }

    [Fact]
    public async Task A_caller_may_ask_for_a_reconnect()
    {
        var (proxy, client) = await ThroughProxyAsync();
        var sub = await SubscribeAsync<int>(client, Mine);
        var back = ReopeningAsync(client);

        await client.ReconnectAsync();
        await back;
        await client.PublishAsync(Mine, 1, cancellationToken: Deadline);

        Assert.Equal(1, (await TakeAsync(sub, 1))[0].Data);
        Assert.Equal(2, proxy.Accepted);
    }

    [Fact]
    public async Task After_MaxReconnectRetry_the_connection_has_failed()
    {
        var (proxy, client) = await ThroughProxyAsync(opts => opts with { MaxReconnectRetry = 2 });
        await client.PingAsync(Deadline);

        proxy.Refusing = true;
        proxy.Cut();

        await UntilAsync(() => client.ConnectionState == NatsConnectionState.Failed, "the client gives up");
        await Assert.ThrowsAnyAsync<NatsException>(async () => await client.PublishAsync(Mine, 1, cancellationToken: Deadline));
    }

    private async Task<(TcpProxy, NatsConnection)> ThroughProxyAsync(Func<NatsOpts, NatsOpts>? change = null)
    {
        var proxy = Own(new TcpProxy("127.0.0.1", (await NatsServers.SharedAsync()).Port));
        return (proxy, Client($"nats://127.0.0.1:{proxy.Port}", change));
    }
}
