using System.Diagnostics;
using RideIngest.Casino.Enrich;
using RideIngest.Casino.Events;
using RideIngest.Casino.Stages;
using RideIngest.Casino.Telemetry;
using RideIngest.Streams.Publishing;
using RideIngest.Streams.Stages;

namespace RideIngest.Casino.Publish;

/// <summary>
/// Publishes new events. Events that need an exchange rate go into separate frames, so that the others need not wait for rates.
/// </summary>
internal sealed class EventPublisher(IServiceProvider provider, CasinoStream casino, StreamRoom room)
{
    // Limits the memory for posted events while NATS hangs.
    private const int MostInHand = 50_000;

    private static readonly Task<Published> Full = Task.FromResult(
        new Published(PublishEnd.Refused, Reason: "too many events wait already"));

    private readonly EventEntry<CasinoEvent> _plain = Entry(provider, casino, room, CasinoStream.CurrencyPlain);
    private readonly EventEntry<CasinoEvent> _foreign = Entry(provider, casino, room, CasinoStream.CurrencyForeign);

    /// <summary>Whether too many events are in hand, so that senders should wait or retry.</summary>
    public bool IsCrowded => _plain.InHand + _foreign.InHand >= MostInHand;

    /// <summary>Completes with the result of publishing the event.</summary>
    public Task<Published> PublishAsync(CasinoEvent e)
    {
        if (room.IsFull)
            return Full;
        return (CurrencyStep.NeedsRate(e) ? _foreign : _plain).AddAsync(e, Activity.Current?.Context ?? default);
    }

    private static EventEntry<CasinoEvent> Entry(IServiceProvider provider, CasinoStream casino, StreamRoom room, StageSource source) =>
        new(provider, CasinoStream.System, casino.Stream, source.Subject, CasinoEventFormat.Instance, (events, bytes) =>
        {
            CasinoTelemetry.FramePublished(events);
            room.Took(bytes);
        });
}
