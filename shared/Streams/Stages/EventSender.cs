using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using NATS.Client.Core;
using RideIngest.Contracts.Frames;
using RideIngest.Streams.Nats;
using RideIngest.Streams.Publishing;
using RideIngest.Streams.Setup;

namespace RideIngest.Streams.Stages;

/// <summary>Events to publish together.</summary>
/// <param name="Traces">One per event; empty if no event is traced.</param>
internal sealed record EventsToSend<TEvent>(IReadOnlyList<TEvent> Events, IReadOnlyList<ActivityContext> Traces)
{
    /// <summary>The number of earlier attempts to process them.</summary>
    public int Attempts { get; init; }

    /// <summary>The time before which not to process them; null for none.</summary>
    public DateTimeOffset? RetryAt { get; init; }

    /// <summary>All events of a frame.</summary>
    public static EventsToSend<TEvent> Of(EventFrame<TEvent> frame) =>
        frame.IsTraced ? Of(frame, [.. Enumerable.Range(0, frame.Events.Count)]) : new(frame.Events, []);

    /// <summary>Some events of a frame. Those in the trace of the stage's span continue it.</summary>
    public static EventsToSend<TEvent> Of(EventFrame<TEvent> frame, IReadOnlyList<int> indexes)
    {
        TEvent[] events = [.. indexes.Select(index => frame.Events[index])];
        return new(events, frame.IsTraced ? [.. indexes.Select(frame.ContinuedTraceOf)] : []);
    }

    public EventsToSend<TEvent> Part(int from, int count) => this with
    {
        Events = [.. Events.Skip(from).Take(count)],
        Traces = [.. Traces.Skip(from).Take(count)],
    };
}

/// <summary>Publishes events as frames.</summary>
internal sealed class EventSender<TEvent>(INatsConnection nats, StreamPublisher publisher, EventFormat<TEvent> format)
{
    private const int Usual = 512;

    /// <summary>
    /// Publishes events under an id, split into halves if they are too long for one message. Retries split in the same way with the same
    /// ids, unless the length of the events has changed; then some may be published twice.
    /// </summary>
    /// <param name="sends">Called with the length of the events in bytes.</param>
    public async Task<Published> SendAsync(
        EnsuredStream stream, string subject, EventsToSend<TEvent> events, string id, CancellationToken cancellationToken,
        Action<int>? sends = null)
    {
        var payload = new ArrayBufferWriter<byte>(events.Events.Count * Usual);
        format.Write(events.Events, payload);
        sends?.Invoke(payload.WrittenCount);
        if (payload.WrittenCount <= Payload.Most(nats) / 2 || events.Events.Count == 1)
            return await publisher.PublishAsync(stream, subject, payload.WrittenMemory, () => Headers(events, id), cancellationToken);
        var half = events.Events.Count / 2;
        var first = await SendAsync(stream, subject, events.Part(0, half), id + "a", cancellationToken);
        return first.End == PublishEnd.Taken
            ? await SendAsync(stream, subject, events.Part(half, events.Events.Count - half), id + "b", cancellationToken)
            : first;
    }

    private static NatsHeaders Headers(EventsToSend<TEvent> events, string id)
    {
        var headers = new NatsHeaders { { FrameHeaders.Id, id } };
        if (events.Attempts > 0)
            headers.Add(FrameHeaders.Attempts, events.Attempts.ToString(CultureInfo.InvariantCulture));
        if (events.RetryAt is { } time)
            headers.Add(FrameHeaders.RetryAt, time.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture));
        if (events.Traces.Count == 0)
            return headers;
        if (FrameTraces.TraceParent(events.Traces.FirstOrDefault(trace => trace != default)) is { } parent)
            headers.Add(FrameHeaders.TraceParent, parent);
        headers.Add(FrameHeaders.Traces, FrameTraces.Write(events.Traces));
        return headers;
    }
}
