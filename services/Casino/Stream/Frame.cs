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

    public async Task AckAsync()
    {
        try
        {
            await message.AckAsync();
        }
        catch (NatsException)
        {
            // It is delivered again, and handed on under the id that the stream knows already.
        }
    }

    /// <summary>Gives the frame back, to be delivered again in a while: sooner the first times.</summary>
    public async Task ReturnAsync()
    {
        var pause = TimeSpan.FromMilliseconds(100 << (int)Math.Min(metadata.NumDelivered, 5));
        try
        {
            await message.NakAsync(new AckOpts { NakDelay = pause < LongestPause ? pause : LongestPause });
        }
        catch (NatsException)
        {
            // The server delivers it again all the same, when it has waited for an ack long enough.
        }
    }
}
