using System.Diagnostics;
using RideIngest.Streams.Publishing;
using RideIngest.Streams.Stages;

namespace RideIngest.Streams.Intake;

/// <summary>Publishes new events of one type to their system's stream, with a limit on events in hand.</summary>
/// <param name="subject">
/// Returns an event's subject. Events of different subjects go into separate frames, so that the ones need not wait for the others.
/// </param>
/// <param name="keeps">Whether events are kept in the system's outbox while NATS is away.</param>
public sealed class EventPublisher<TEvent>(
    IServiceProvider provider, StreamRoom room, EventFormat<TEvent> format, Func<TEvent, string> subject, bool keeps = true)
{
    // Limits the memory for posted events while NATS hangs.
    private const int MostInHand = 50_000;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    private static readonly Task<Published> Full = Task.FromResult(
        new Published(PublishEnd.Refused, Reason: "too many events wait already"));

    private readonly Lock _adding = new();
    private volatile EventEntry<TEvent>[] _entries = [];

    /// <summary>Whether too many events are in hand, so that senders should wait or retry.</summary>
    public bool IsCrowded
    {
        get
        {
            var inHand = 0;
            foreach (var entry in _entries)
                inHand += entry.InHand;
            return inHand >= MostInHand;
        }
    }

    public StreamRoom Room => room;

    internal string System => room.System;

    /// <summary>Completes with the result of publishing the event.</summary>
    public Task<Published> PublishAsync(TEvent item) =>
        room.IsFull ? Full : EntryOf(subject(item)).AddAsync(item, Activity.Current?.Context ?? default);

    /// <summary>
    /// Publishes events, and again those that the stream does not take, until it has all or this is stopped. Removes those that it took.
    /// </summary>
    public async Task PublishAllAsync(List<TEvent> events, TimeProvider clock, CancellationToken stop)
    {
        while (events.Count > 0)
        {
            var ends = await Task.WhenAll(events.ConvertAll(PublishAsync));
            for (var i = events.Count - 1; i >= 0; i--)
            {
                if (ends[i].End == PublishEnd.Taken)
                    events.RemoveAt(i);
            }
            if (events.Count == 0 || stop.IsCancellationRequested)
                return;
            await Task.Delay(Pause, clock, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private EventEntry<TEvent> EntryOf(string to)
    {
        if (Find() is { } known)
            return known;
        lock (_adding)
        {
            if (Find() is { } added)
                return added;
            var entry = new EventEntry<TEvent>(provider, room, to, format, keeps);
            _entries = [.. _entries, entry];
            return entry;
        }

        EventEntry<TEvent>? Find() => Array.Find(_entries, entry => entry.Subject == to);
    }
}
