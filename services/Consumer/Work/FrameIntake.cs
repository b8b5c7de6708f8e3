using NATS.Client.Core;
using NATS.Client.JetStream;
using NATS.Client.JetStream.Models;
using RideIngest.Consumer.Frames;
using RideIngest.Consumer.Storing;
using RideIngest.Streams.Rides;

namespace RideIngest.Consumer.Work;

/// <summary>Brings what was pulled into the queue, and says when more is welcome.</summary>
internal sealed class FrameIntake(
    NatsConnection connection, SpineSettings spine, FrameDecoder decoder, FramesInHand inHand, FrameQueue queue, StoreGate gate)
{
    public TimeSpan AckWait { set => inHand.AckWait = value > TimeSpan.Zero ? value : inHand.AckWait; }

    /// <summary>
    /// Ends when frames could be stored, and there is room for them. What this instance cannot store is left to the others.
    /// </summary>
    public async Task ReadyAsync(CancellationToken cancellationToken)
    {
        await gate.OpenAsync(cancellationToken);
        await queue.WaitForRoomAsync(cancellationToken);
    }

    public async ValueTask AddAsync(INatsJSMsg<NatsMemoryOwner<byte>> message)
    {
        var frame = decoder.Decode(message);
        if (message.Error is not null)
            frame.Raw = await RawAsync(frame.Metadata.Sequence.Stream);
        inHand.Add(frame);
        queue.Add(frame);
    }

    /// <summary>The bytes of a message whose headers do not let the client get at them, from the stream itself.</summary>
    private async Task<ReadOnlyMemory<byte>> RawAsync(ulong sequence)
    {
        var stream = await new NatsJSContext(connection).GetStreamAsync(spine.Stream);
        return (await stream.GetAsync(new StreamMsgGetRequest { Seq = sequence })).Message.Data;
    }
}
