using RideIngest.Casino.Enrich;
using RideIngest.Casino.Events;
using RideIngest.Casino.Stream;

namespace RideIngest.Casino.Publish;

/// <summary>
/// Where events enter the stream: those that need an exchange rate in frames of their own, for which the others need not wait.
/// </summary>
internal sealed class EventPublisher(CasinoStream stream, StreamRoom room)
{
    // While NATS stands still nothing else would end what senders go on posting.
    private const int MostInHand = 50_000;

    private readonly FrameGatherer _plain = new(Lane.CurrencyPlain, stream, room);
    private readonly FrameGatherer _foreign = new(Lane.CurrencyForeign, stream, room);

    /// <summary>Whether so many events are on their way that others should wait, or come back.</summary>
    public bool IsCrowded => _plain.InHand + _foreign.InHand >= MostInHand;

    /// <summary>Ends when the stream has the event, or has not.</summary>
    public Task<Published> PublishAsync(CasinoEvent e)
    {
        if (room.IsFull)
            return Task.FromResult(Published.Full);
        return (CurrencyStep.NeedsRate(e) ? _foreign : _plain).AddAsync(e);
    }
}
