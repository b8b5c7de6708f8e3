using System.Buffers;
using NATS.Client.Core;
using RideIngest.Records.Bookings;
using RideIngest.Records.Kinds;

namespace RideIngest.Benchmarks.Bookings.Peers;

/// <summary>
/// One message per booking, and the wait for its reply. Core NATS, without a stream: less than ours promises, and quicker for it.
/// </summary>
internal sealed class OneByOneProducer(NatsConnection nats, Kind kind)
{
    public const string Subject = "one-by-one.bookings";

    public async Task StoreAsync(Booking booking)
    {
        var payload = new ArrayBufferWriter<byte>(512);
        kind.WriteJson(booking, payload);
        var reply = await nats.RequestAsync<ReadOnlyMemory<byte>, NatsMemoryOwner<byte>>(Subject, payload.WrittenMemory);
        using var outcome = reply.Data;
        if (!outcome.Span.SequenceEqual("stored"u8))
            throw new InvalidOperationException("The booking was not stored.");
    }
}
