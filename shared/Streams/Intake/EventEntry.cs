using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using RideIngest.Storage.Outbox;
using RideIngest.Streams.Gathering;
using RideIngest.Streams.Publishing;
using RideIngest.Streams.Stages;

namespace RideIngest.Streams.Intake;

/// <summary>
/// Accepts new events for a stream: gathers them into frames on one subject, or keeps them in the outbox while NATS is unavailable.
/// </summary>
internal sealed class EventEntry<TEvent>
{
    private const int MostEvents = 500;

    private readonly StreamRoom _room;
    private readonly EventSender<TEvent> _sender;
    private readonly EventOutbox<TEvent>? _outbox;
    private readonly FrameGatherer<GatheredEvents<TEvent>, (TEvent, ActivityContext)> _frames;
    private readonly string _process = Guid.NewGuid().ToString("N");
    private long _sent;
    private int _inHand;

    /// <param name="keeps">Whether events are kept in the outbox while NATS is away.</param>
    public EventEntry(IServiceProvider provider, StreamRoom room, string subject, EventFormat<TEvent> format, bool keeps)
    {
        (_room, Subject) = (room, subject);
        _sender = ActivatorUtilities.CreateInstance<EventSender<TEvent>>(provider, format);
        _outbox = !keeps ? null : ActivatorUtilities.CreateInstance<EventOutbox<TEvent>>(
            provider, format, provider.GetRequiredKeyedService<OutboxTable>(room.System));
        _frames = new(static () => new GatheredEvents<TEvent>(), static frame => frame.Count >= MostEvents, SendAsync, oneInFlight: true);
    }

    public string Subject { get; }

    /// <summary>The number of events whose publish has no result yet.</summary>
    public int InHand => Volatile.Read(ref _inHand);

    /// <returns>The result for the event's frame: the same task for all its events.</returns>
    public Task<Published> AddAsync(TEvent item, ActivityContext trace)
    {
        Interlocked.Increment(ref _inHand);
        return _frames.Add((item, trace)).Published;
    }

    private void Sends(int events, int bytes)
    {
        IntakeTelemetry.FramePublished(_room.System, events);
        _room.Took(bytes);
    }

    private async Task SendAsync(GatheredEvents<TEvent> frame)
    {
        // The frame is sent in the context of its last event, but is not part of that request.
        Activity.Current = null;
        var published = new Published(PublishEnd.Unknown);
        try
        {
            var id = string.Create(CultureInfo.InvariantCulture, $"{_process}-{Interlocked.Increment(ref _sent)}");
            var events = frame.ToSend();
            published = await _sender.SendAsync(
                _room.Stream, Subject, events, id, CancellationToken.None, bytes => Sends(frame.Count, bytes));
            if (published.End == PublishEnd.Away && _outbox is not null && await _outbox.KeepAsync(Subject, id, events))
                published = new Published(PublishEnd.Taken);
        }
        catch (Exception)
        {
            // On any failure, senders get the answer that the outcome is unknown.
        }
        Interlocked.Add(ref _inHand, -frame.Count);
        frame.End(published);
    }
}
