using System.Buffers;
using System.Diagnostics;
using System.Text.Json;
using RideIngest.Contracts.Frames;
using RideIngest.Records.Fields;
using RideIngest.Storage.Outbox;

namespace RideIngest.Streams.Stages;

/// <summary>The format of one type of event: JSON lines, which any NATS client can read.</summary>
public abstract class EventFormat<TEvent>
{
    /// <summary>The name of the event type in dead letters.</summary>
    public abstract string Kind { get; }

    public abstract string KeyOf(TEvent item);

    /// <summary>Appends a line per event.</summary>
    public abstract void Write(IEnumerable<TEvent> events, IBufferWriter<byte> output);

    /// <exception cref="JsonException">The line is not an event that can be processed.</exception>
    public abstract TEvent Read(ReadOnlySpan<byte> line);

    /// <summary>Returns what is wrong with a line that an operator wrote; nothing if it is an event that can be processed.</summary>
    public virtual IReadOnlyList<FieldProblem> Check(ReadOnlySpan<byte> line)
    {
        try
        {
            Read(line);
            return [];
        }
        catch (JsonException e)
        {
            return [UnreadableLine.ProblemOf(e)];
        }
    }

    public ReadOnlyMemory<byte> Line(TEvent item)
    {
        var line = new ArrayBufferWriter<byte>();
        Write([item], line);
        return line.WrittenMemory.TrimEnd((byte)'\n');
    }

    internal OutboxEvent ToOutbox(string subject, string id, TEvent item, ActivityContext trace) => new()
    {
        Subject = subject,
        Key = KeyOf(item),
        Id = id,
        Payload = Line(item),
        Headers = FrameTraces.TraceParent(trace) is { } parent
            ? new Dictionary<string, string> { [FrameHeaders.TraceParent] = parent }
            : [],
    };
}
