using NATS.Client.Core;
using RideIngest.TestKit.Network;

namespace RideIngest.Integration.Nats.Network;

public sealed class SendingTests : NatsTest
{
    /// <summary>A client that sends on the publisher's own thread must not keep it for what others publish, which may never end.</summary>
    [Fact]
    public async Task Publishing_returns_although_there_is_always_more_to_send()
    {
        var sockets = new ChunkedSockets(Chunking.Of(65_536));
        var client = await ConnectAsync(change: opts => opts with { SocketConnectionFactory = sockets });
        await client.ConnectAsync();
        var returned = false;
        sockets.Sending = () =>
        {
            if (!Volatile.Read(ref returned))
                _ = client.PublishAsync(Mine, "another").AsTask();
        };

        for (var i = 0; i < 5_000; i++)
        {
            Volatile.Write(ref returned, false);
            await Task.Run(() => client.PublishAsync(Mine, "one").AsTask(), Deadline).WaitAsync(Patience);
            Volatile.Write(ref returned, true);
            await client.PingAsync(Deadline);
        }
    }
}
