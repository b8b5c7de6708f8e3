using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using NATS.Client.Core;
using RideIngest.Contracts.Frames;
using RideIngest.Storage.Outbox;
using RideIngest.Streams.Publishing;
using RideIngest.Streams.Setup;

namespace RideIngest.Streams.Stages;

/// <summary>
/// Publishes events of an outbox: a few as messages of their own, which the stream takes once each; many in frames, one after the other, so
/// that all keep their order. After an event that the stream does not take, others of its key are not published.
/// </summary>
internal sealed class OutboxFrames(StreamPublisher publisher, EnsuredStream stream)
{
    private const int Few = 32;
    private const int MostEvents = 250;
    private const int MostBytes = 128 * 1024;

    private static readonly string[] TraceHeaders = [FrameHeaders.TraceParent, FrameHeaders.TraceState];

    private bool _isEnsured;

    /// <exception cref="NatsException">The stream cannot be reached. No event is published, as far as is known.</exception>
    public async Task<IReadOnlyList<bool>> PublishAsync(IReadOnlyList<OutboxEvent> events, CancellationToken cancellationToken)
    {
        if (!publisher.IsOpen)
            throw new NatsException("NATS is away");

        // A publish does not notice that the stream is missing while somebody listens on its subject.
        if (!_isEnsured)
            await stream.EnsureAsync(cancellationToken);
        _isEnsured = true;
        if (events.Count < Few)
            return await OutboxWaves.PublishAsync(events, item => PublishAsync([item], cancellationToken));
        var taken = new bool[events.Count];
        try
        {
            await PublishAsync(events, taken, cancellationToken);
        }
        catch (NatsException) when (Array.IndexOf(taken, true) >= 0)
        {
            // Those that were published count. With the others, the next attempt fails as a whole.
        }
        return taken;
    }

    private async Task PublishAsync(IReadOnlyList<OutboxEvent> events, bool[] taken, CancellationToken cancellationToken)
    {
        var ended = new HashSet<string>();
        var place = 0;
        while (Next(events, ref place, ended) is { Count: > 0 } frame)
        {
            OutboxEvent[] items = [.. frame.Select(index => events[index])];
            var isTaken = await PublishAsync(items, cancellationToken);
            if (!isTaken && items.Length > 1)
            {
                // One of them may be at fault, such as by its size.
                foreach (var index in frame)
                {
                    if (!ended.Contains(events[index].Key) && !(taken[index] = await PublishAsync([events[index]], cancellationToken)))
                        ended.Add(events[index].Key);
                }
                continue;
            }
            foreach (var index in frame)
                taken[index] = isTaken;
            if (!isTaken)
                ended.Add(items[0].Key);
        }
    }

    /// <summary>Returns the indexes of the events of the next frame.</summary>
    private static List<int> Next(IReadOnlyList<OutboxEvent> events, ref int place, HashSet<string> ended)
    {
        var frame = new List<int>();
        var bytes = 0;
        for (; place < events.Count && frame.Count < MostEvents; place++)
        {
            var item = events[place];
            if (ended.Contains(item.Key))
                continue;
            if (frame.Count > 0 && (!IsTogether(events[frame[0]], item) || bytes + item.Payload.Length > MostBytes))
                break;
            frame.Add(place);
            bytes += item.Payload.Length;
        }
        return frame;
    }

    // Events to retry travel alone, each with its own id and headers.
    private static bool IsTogether(OutboxEvent first, OutboxEvent next) =>
        first.Subject == next.Subject && !StageDefinition.IsForRetries(first.Subject) && IsPlain(first) && IsPlain(next);

    private static bool IsPlain(OutboxEvent item) => item.Headers.Keys.All(TraceHeaders.Contains);

    private async Task<bool> PublishAsync(OutboxEvent[] items, CancellationToken cancellationToken)
    {
        var payload = items.Length == 1 ? items[0].Payload : Lines(items);
        var published = await publisher.PublishAsync(stream, items[0].Subject, payload, () => Headers(items), cancellationToken);
        if (published.End is PublishEnd.Taken or PublishEnd.Refused)
            return published.End == PublishEnd.Taken;
        _isEnsured = false;
        throw new NatsException($"the stream {stream.Name} does not take events: {published.Reason}");
    }

    private static ReadOnlyMemory<byte> Lines(OutboxEvent[] items)
    {
        var lines = new ArrayBufferWriter<byte>(items.Sum(item => item.Payload.Length + 1));
        foreach (var item in items)
        {
            lines.Write(item.Payload.Span);
            lines.Write("\n"u8);
        }
        return lines.WrittenMemory;
    }

    private static NatsHeaders Headers(OutboxEvent[] items)
    {
        var headers = new NatsHeaders { { FrameHeaders.Id, IdOf(items) } };
        if (items.Length == 1)
        {
            foreach (var (name, value) in items[0].Headers)
                headers.Add(name, value);
            return headers;
        }
        var traces = items.Select(item => FrameTraces.Parse(item.Headers.GetValueOrDefault(FrameHeaders.TraceParent))).ToList();
        if (FrameTraces.TraceParent(traces.Find(trace => trace != default)) is { } parent)
        {
            headers.Add(FrameHeaders.TraceParent, parent);
            headers.Add(FrameHeaders.Traces, FrameTraces.Write(traces));
        }
        return headers;
    }

    // The same events have the same id, which the stream takes once. Other events must not, or the stream would drop some.
    private static string IdOf(OutboxEvent[] items) => items.Length == 1
        ? items[0].Id
        : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', items.Select(item => item.Id)))));
}
