using NATS.Client.Core;
using RideIngest.Records.Bookings;
using RideIngest.Records.Kinds;

namespace RideIngest.Benchmarks.Bookings.Peers;

/// <summary>One insert per message, as many at once as the pool has connections, and a reply to each.</summary>
internal sealed class OneByOneConsumer(NatsConnection nats, Kind kind, BookingInsert insert)
{
    private static readonly ReadOnlyMemory<byte> Stored = "stored"u8.ToArray();

    public async Task RunAsync(CancellationToken stop)
    {
        var opts = new NatsSubOpts { ChannelOpts = new NatsSubChannelOpts { Capacity = 65_536 } };
        await using var subscription = await nats.SubscribeCoreAsync<NatsMemoryOwner<byte>>(
            OneByOneProducer.Subject, "consumers", opts: opts, cancellationToken: CancellationToken.None);
        try
        {
            await foreach (var message in subscription.Msgs.ReadAllAsync(stop))
                _ = StoreAsync(message);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // It was asked to stop.
        }
    }

    private async Task StoreAsync(NatsMsg<NatsMemoryOwner<byte>> message)
    {
        using var payload = message.Data;
        await insert.StoreAsync((Booking)kind.Read(payload.Span).Record!);
        await message.ReplyAsync(Stored);
    }
}
