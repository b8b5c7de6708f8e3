using System.Diagnostics;
using RideIngest.Casino.Enrich;
using RideIngest.Casino.Events;
using RideIngest.Casino.Stages;
using RideIngest.Casino.Telemetry;
using RideIngest.Streams.Publishing;
using RideIngest.Streams.Stages;

namespace RideIngest.Casino.Publish;

/// <summary>
/// Where events enter the stream: those that need an exchange rate in frames of their own, for which the others need not wait.
/// </summary>
internal sealed class EventPublisher(IServiceProvider provider, CasinoStream casino, StreamRoom room)
{
    // While NATS stands still nothing else would bound what senders go on posting.
    private const int MostInHand = 50_000;

    private static readonly Task<Published> Full = Task.FromResult(
        new Published(PublishEnd.Refused, Reason: "too many events wait already"));

    private readonly EventEntry<CasinoEvent> _plain = Entry(provider, casino, room, CasinoStream.CurrencyPlain);
    private readonly EventEntry<CasinoEvent> _foreign = Entry(provider, casino, room, CasinoStream.CurrencyForeign);

    /// <summary>Whether so many events are under way that others should wait, or come back.</summary>
    public bool IsCrowded => _plain.InHand + _foreign.InHand >= MostInHand;

    /// <summary>Completes when the stream has the event, or has not.</summary>
    public Task<Published> PublishAsync(CasinoEvent e)
    {
        if (room.IsFull)
            return Full;
        return (CurrencyStep.NeedsRate(e) ? _foreign : _plain).AddAsync(e, Activity.Current?.Context ?? default);
    }

    private static EventEntry<CasinoEvent> Entry(IServiceProvider provider, CasinoStream casino, StreamRoom room, StageSource source) =>
        new(provider, CasinoStream.System, casino.Stream, source.Subject, new CasinoEventFormat(), (events, bytes) =>
        {
            CasinoTelemetry.FramePublished(events);
            room.Took(bytes);
        });
}
