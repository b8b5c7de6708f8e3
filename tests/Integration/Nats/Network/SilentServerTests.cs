using NATS.Client.Core;
using RideIngest.TestKit.Network;

namespace RideIngest.Integration.Nats.Network;

public sealed class SilentServerTests : NatsTest
{
    [Theory]
    [InlineData("black hole")]
    [InlineData("half open")]
    public async Task A_server_that_stops_answering_is_noticed_and_left(string how)
    {
        var server = await NatsServers.SharedAsync();
        var proxy = Own(new TcpProxy("127.0.0.1", server.Port));
        var client = Client($"nats://127.0.0.1:{proxy.Port}", Impatient);
        var sub = await SubscribeAsync<string>(client, Mine);
        var back = ReopeningAsync(client);

        if (how == "black hole")
            proxy.BlackHole();
        else
            proxy.HalfOpen();
        await UntilAsync(() => client.ConnectionState != NatsConnectionState.Open || back.IsCompleted, "the client notices");
        proxy.Resume();
        await back;

        await HearsAgainAsync(client, sub);
    }

    [Fact]
    public async Task A_paused_server_is_left_and_found_again()
    {
        var server = Own(await NatsServers.OwnAsync());
        var client = Client(server, Impatient);
        var sub = await SubscribeAsync<string>(client, Mine);
        var back = ReopeningAsync(client);

        await server.PauseAsync();
        await UntilAsync(() => client.ConnectionState != NatsConnectionState.Open, "the client notices");
        server.Resume();
        await back;

        await HearsAgainAsync(client, sub);
    }

    [Fact]
    public async Task Pings_go_unanswered_only_so_often()
    {
        var pings = 0;
        await using var server = new ScriptedNatsServer(async peer =>
        {
            await peer.HandshakeAsync();
            while (peer.Number == 1)
            {
                await peer.ExpectAsync("PING");
                Interlocked.Increment(ref pings);
            }

            await peer.AnswerPingsAsync();
        });
        var client = Client(server.Url, Impatient);
        await client.ConnectAsync();
        await ReopeningAsync(client);

        Assert.InRange(Volatile.Read(ref pings), 1, 5);
    }

    [Fact]
    public async Task A_slow_network_is_no_dead_one()
    {
        var server = await NatsServers.SharedAsync();
        var proxy = Own(new TcpProxy("127.0.0.1", server.Port) { Delay = TimeSpan.FromMilliseconds(20), BytesPerSecond = 100_000 });
        var client = Client($"nats://127.0.0.1:{proxy.Port}");
        var sub = await SubscribeAsync<byte[]>(client, Mine);

        await client.PublishAsync(Mine, new byte[30_000], cancellationToken: Deadline);

        Assert.Equal(30_000, (await TakeAsync(sub, 1))[0].Data!.Length);
        Assert.Equal(1, proxy.Accepted);
    }

    // An impatient client on a busy machine may leave once more than it must; what it said then is lost, as core NATS may lose it.
    private async Task HearsAgainAsync(NatsConnection client, INatsSub<string> sub)
        => await UntilAsync(async () =>
        {
            await client.PublishAsync(Mine, "back", cancellationToken: Deadline);
            return sub.Msgs.TryRead(out _);
        }, "the subscription hears again");

    private static NatsOpts Impatient(NatsOpts opts) => opts with
    {
        PingInterval = TimeSpan.FromMilliseconds(100),
        MaxPingOut = 2,
        ConnectTimeout = TimeSpan.FromMilliseconds(500),

        // A busy machine may not answer as soon as that.
        RetryOnInitialConnect = true,
    };
}
