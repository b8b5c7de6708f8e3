using NATS.Client.Core;
using NATS.Client.JetStream;
using RideIngest.Casino.Events;

namespace RideIngest.Casino.Stream;

/// <summary>Events that travel together as one message, and that this process has in hand.</summary>
internal sealed class Frame(INatsJSMsg<NatsMemoryOwner<byte>> message, NatsJSMsgMetadata metadata, List<CasinoEvent> events)
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);

    public IReadOnlyList<CasinoEvent> Events => events;

    /// <summary>The same however often the frame is delivered, so that what a role makes of it is stored once.</summary>
    public string IdFrom(Lane lane) => $"{lane.Consumer}-{metadata.Sequence.Stream}";

    /// <param name="abandon">Breaks it off where it would wait for NATS.</param>
    public async Task AckAsync(CancellationToken abandon)
    {
        try
        {
            await message.AckAsync(cancellationToken: abandon);
        }
        catch (Exception e) when (e is NatsException or OperationCanceledException)
        {
            // It is delivered again, and handed on under the id that the stream knows already.
        }
    }

    /// <summary>Gives the frame back, to be delivered again in a while: sooner the first times.</summary>
    /// <param name="abandon">Breaks it off where it would wait for NATS.</param>
    public async Task ReturnAsync(CancellationToken abandon)
    {
        var pause = TimeSpan.FromMilliseconds(100 << (int)Math.Min(metadata.NumDelivered, 5));
        try
        {
            await message.NakAsync(new AckOpts { NakDelay = pause < LongestPause ? pause : LongestPause }, cancellationToken: abandon);
        }
        catch (Exception e) when (e is NatsException or OperationCanceledException)
        {
            // The server delivers it again all the same, when it has waited for an ack long enough.
        }
    }
}
