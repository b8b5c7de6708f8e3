using System.Buffers;
using System.Text.Json;

namespace RideIngest.Streams.Stages;

/// <summary>How events of one type travel: as JSON lines, which any NATS client can read.</summary>
public abstract class EventFormat<TEvent>
{
    /// <summary>What such an event is called in dead letters.</summary>
    public abstract string Kind { get; }

    public abstract string KeyOf(TEvent item);

    /// <summary>Appends a line per event.</summary>
    public abstract void Write(IEnumerable<TEvent> events, IBufferWriter<byte> output);

    /// <exception cref="JsonException">The line is no event that could be processed.</exception>
    public abstract TEvent Read(ReadOnlySpan<byte> line);

    public ReadOnlyMemory<byte> Line(TEvent item)
    {
        var line = new ArrayBufferWriter<byte>();
        Write([item], line);
        return line.WrittenMemory.TrimEnd((byte)'\n');
    }
}
