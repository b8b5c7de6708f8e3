using System.Diagnostics;
using NATS.Client.Core;
using RideIngest.TestKit.Waiting;

namespace RideIngest.Integration.Broker;

/// <summary>How a connection, its subscriptions and its messages behave when the server goes away, comes back or refuses it.</summary>
public sealed class ConnectionTests : BrokerTest
{
    [Theory, MemberData(nameof(Versions))]
    public async Task A_connection_opens_again_after_a_crash_of_the_server_and_its_subscriptions_hear_again(string version)
    {
        var server = await OwnAsync(version);
        var nats = Client(server.Url);
        var sub = await SubscribeAsync<string>(nats, Mine);

        await server.KillAsync();
        await Eventually.True(() => nats.ConnectionState != NatsConnectionState.Open);
        await server.RestartAsync(Deadline);
        await Eventually.True(() => nats.ConnectionState == NatsConnectionState.Open);
        await nats.PublishAsync(Mine, "again", cancellationToken: Deadline);

        Assert.Equal("again", (await sub.Msgs.ReadAsync(Deadline)).Data);
    }

    [Fact]
    public async Task A_first_attempt_that_fails_says_so_and_the_next_one_may_work()
    {
        var server = await OwnAsync();
        await server.StopAsync();
        var nats = Client(server.Url);

        await Assert.ThrowsAnyAsync<NatsException>(async () => await nats.ConnectAsync());
        await server.RestartAsync(Deadline);
        await nats.ConnectAsync();

        Assert.Equal(NatsConnectionState.Open, nats.ConnectionState);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_password_that_is_refused_twice_while_reconnecting_is_tried_on_only_with_IgnoreAuthErrorAbort(bool ignores)
    {
        var server = await OwnAsync(config: "authorization { user: clerk, password: right }");
        var changed = await OwnAsync(config: "authorization { user: clerk, password: other }");
        var proxy = Through(server);
        var auth = new NatsAuthOpts { Username = "clerk", Password = "right" };
        var nats = Client(proxy, opts => opts with { AuthOpts = auth, IgnoreAuthErrorAbort = ignores });
        await nats.PingAsync(Deadline);

        var before = proxy.Accepted;
        proxy.TargetPort = changed.Port;
        proxy.Reset();

        if (!ignores)
        {
            await Eventually.True(() => nats.ConnectionState == NatsConnectionState.Failed);
            return;
        }
        await Eventually.True(() => proxy.Accepted >= before + 4);
        proxy.TargetPort = server.Port;
        await Eventually.True(() => nats.ConnectionState == NatsConnectionState.Open);
    }

    [Fact]
    public async Task A_request_in_flight_when_the_server_dies_ends_with_its_timeout_and_no_sooner()
    {
        var server = await OwnAsync();
        var asked = await SubscribeAsync<int>(Client(server.Url), Mine);
        var nats = Client(server.Url);
        await nats.PingAsync(Deadline);
        var since = Stopwatch.GetTimestamp();

        var opts = new NatsSubOpts { Timeout = TimeSpan.FromSeconds(1) };
        var asking = nats.RequestAsync<int, int>(Mine, 1, replyOpts: opts, cancellationToken: Deadline).AsTask();
        await asked.Msgs.ReadAsync(Deadline);
        await server.KillAsync();

        await Assert.ThrowsAsync<NatsNoReplyException>(() => asking.WaitAsync(Patience));
        Assert.True(Stopwatch.GetElapsedTime(since) > opts.Timeout * 0.95);
    }

    [Fact]
    public async Task A_publish_and_a_request_wait_for_a_connection_that_is_lost_longer_than_any_timeout_but_their_tokens()
    {
        var proxy = Through(await SharedAsync());
        var soon = TimeSpan.FromMilliseconds(500);
        var nats = Client(proxy, opts => opts with { CommandTimeout = soon, RequestTimeout = soon });
        var sub = await SubscribeAsync<int>(await ClientAsync(), Mine);
        await nats.PingAsync(Deadline);
        proxy.Refusing = true;
        proxy.Reset();
        await Eventually.True(() => nats.ConnectionState == NatsConnectionState.Reconnecting);

        using var stop = new CancellationTokenSource(3 * soon);
        var asking = nats.RequestAsync<int, int>(Mine, 1, cancellationToken: stop.Token).AsTask();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
        var publishing = nats.PublishAsync(Mine, 2, cancellationToken: Deadline);
        Assert.False(publishing.IsCompleted);
        proxy.Refusing = false;
        await publishing;

        Assert.Equal(2, (await sub.Msgs.ReadAsync(Deadline)).Data);
    }

    [Fact]
    public async Task Disposing_a_connection_drops_what_it_has_not_sent_unless_a_ping_was_answered_before()
    {
        const int Times = 3;
        var server = await SharedAsync();
        var proxy = Through(server);
        var sub = await SubscribeAsync<byte[]>(await ClientAsync(), Mine);

        Assert.Equal(Times, await ArrivedAsync(ping: true));
        Assert.InRange(await ArrivedAsync(ping: false), 0, Times - 1);

        async Task<int> ArrivedAsync(bool ping)
        {
            for (var time = 0; time < Times; time++)
            {
                var nats = Client(proxy, opts => opts with { CommandTimeout = TimeSpan.FromSeconds(ping ? 20 : 0.5) });
                await nats.PingAsync(Deadline);
                await nats.PublishAsync(Mine, new byte[nats.ServerInfo!.MaxPayload], cancellationToken: Deadline);
                if (ping)
                    await nats.PingAsync(Deadline);

                // With as much unsent it throws, as below.
                Assert.True(await Record.ExceptionAsync(async () => await nats.DisposeAsync()) is null or NatsTimeoutException);
            }

            // The server has all that was sent when it has been told of the ends.
            await Eventually.True(() => proxy.Open == 0);
            await using var last = Client(server.Url);
            await last.PublishAsync(Mine, Array.Empty<byte>(), cancellationToken: Deadline);
            var arrived = 0;
            while ((await sub.Msgs.ReadAsync(Deadline)).Data is { Length: > 0 })
                arrived++;
            return arrived;
        }
    }

    [Fact]
    public async Task Disposing_a_connection_whose_writes_are_stuck_throws_after_the_command_timeout()
    {
        var proxy = Through(await SharedAsync());
        var nats = new NatsConnection(new NatsOpts { Url = UrlOf(proxy), CommandTimeout = TimeSpan.FromSeconds(1) });
        await nats.PingAsync(Deadline);
        proxy.BlackHole();
        Task publishing;
        do
            publishing = nats.PublishAsync(Mine, new byte[512 * 1024]).AsTask();
        while (await Task.WhenAny(publishing, Task.Delay(200)) == publishing);

        await Assert.ThrowsAsync<NatsTimeoutException>(async () => await nats.DisposeAsync());
    }
}
