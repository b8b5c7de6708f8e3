using NATS.Client.Core;
using RideIngest.TestKit.Waiting;

namespace RideIngest.Integration.Broker;

/// <summary>When the memory of a message may be reused, and which replies arrive.</summary>
public sealed class MessageFactsTests : BrokerTest
{
    private const int Length = 20_000;

    [Fact]
    public async Task Payload_memory_may_be_used_again_as_soon_as_a_publish_or_a_request_has_returned()
    {
        var nats = Client((await SharedAsync()).Url);
        var sub = await SubscribeAsync<byte[]>(await ClientAsync(), Mine);
        var payload = new byte[Length];

        // The first one opens the connection.
        for (byte i = 1; i <= 100; i++)
        {
            payload.AsSpan().Fill(i);
            if (i % 2 == 0)
                await nats.PublishAsync<ReadOnlyMemory<byte>>(Mine, payload, cancellationToken: Deadline);
            else
                await Assert.ThrowsAsync<NatsNoReplyException>(async () => await nats.RequestAsync<ReadOnlyMemory<byte>, byte[]>(
                    Mine, payload, replyOpts: new() { Timeout = TimeSpan.FromMilliseconds(1) }, cancellationToken: Deadline));
        }

        for (byte i = 1; i <= 100; i++)
            Assert.True((await sub.Msgs.ReadAsync(Deadline)).Data.AsSpan().IndexOfAnyExcept(i) < 0);
    }

    [Fact]
    public async Task Payload_memory_is_not_read_any_more_once_a_publish_or_a_request_that_found_no_connection_has_thrown()
    {
        var proxy = Through(await SharedAsync());
        var nats = Client(proxy);
        var sub = await SubscribeAsync<byte[]>(await ClientAsync(), Mine);
        await nats.PingAsync(Deadline);
        proxy.Refusing = true;
        proxy.Reset();
        await Eventually.True(() => nats.ConnectionState == NatsConnectionState.Reconnecting);
        var payload = new byte[Length];
        using var stop = new CancellationTokenSource();

        Task[] ends =
        [
            nats.PublishAsync<ReadOnlyMemory<byte>>(Mine, payload, cancellationToken: stop.Token).AsTask(),
            nats.RequestAsync<ReadOnlyMemory<byte>, byte[]>(Mine, payload, cancellationToken: stop.Token).AsTask(),
        ];
        await stop.CancelAsync();
        foreach (var end in ends)
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => end);
        payload.AsSpan().Fill(7);
        proxy.Refusing = false;
        await nats.PublishAsync(Mine, "next"u8.ToArray(), cancellationToken: Deadline);

        Assert.Equal("next"u8.ToArray(), (await sub.Msgs.ReadAsync(Deadline)).Data);
    }

    [Fact]
    public async Task Received_memory_is_the_receivers_until_it_is_disposed_of()
    {
        var nats = await ClientAsync();
        var sub = await SubscribeAsync<NatsMemoryOwner<byte>>(nats, Mine);
        for (byte i = 1; i <= 100; i++)
            await nats.PublishAsync(Mine, Enumerable.Repeat(i, Length).ToArray(), cancellationToken: Deadline);

        var received = new List<NatsMemoryOwner<byte>>();
        while (received.Count < 100)
            received.Add((await sub.Msgs.ReadAsync(Deadline)).Data);

        for (byte i = 1; i <= 100; i++)
        {
            using var memory = received[i - 1];
            Assert.Equal((Length, -1), (memory.Length, memory.Span.IndexOfAnyExcept(i)));
        }
    }

    [Fact]
    public async Task Headers_arrive_as_they_were_given_and_none_is_added_so_that_their_length_is_known_before()
    {
        var nats = await ClientAsync();
        var sub = await SubscribeAsync<byte[]>(nats, Mine);
        var headers = new NatsHeaders { ["Nats-Msg-Id"] = "frame-1", ["Ride-Count"] = "500" };

        await nats.PublishAsync(Mine, new byte[100], headers, cancellationToken: Deadline);

        var message = await sub.Msgs.ReadAsync(Deadline);
        const string Written = "NATS/1.0\r\nNats-Msg-Id: frame-1\r\nRide-Count: 500\r\n\r\n";
        Assert.Equal(Mine.Length + Written.Length + 100, message.Size);
        Assert.Equal(["Nats-Msg-Id", "Ride-Count"], message.Headers!.Keys.Order());
    }

    [Fact]
    public async Task Below_a_connections_own_inbox_nobody_can_listen_but_its_requests_and_beside_it_anybody()
    {
        var nats = await ClientAsync();
        var inbox = nats.NewInbox();
        var own = inbox[..inbox.LastIndexOf('.')];
        await SubscribeAsync<int>(nats, $"{own}.{Mine}.*");
        var beside = await SubscribeAsync<int>(nats, $"{nats.Opts.InboxPrefix}.{Mine}.*");
        var other = await ClientAsync();

        var asking = other.RequestAsync<int, int>($"{own}.{Mine}.1", 1, cancellationToken: Deadline).AsTask();
        await Assert.ThrowsAsync<NatsNoRespondersException>(() => asking);
        await other.PublishAsync($"{nats.Opts.InboxPrefix}.{Mine}.2", 2, cancellationToken: Deadline);

        Assert.Equal(2, (await beside.Msgs.ReadAsync(Deadline)).Data);
    }
}
