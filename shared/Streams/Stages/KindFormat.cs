using System.Buffers;
using System.Text.Json;
using RideIngest.Records.Fields;
using RideIngest.Records.Kinds;

namespace RideIngest.Streams.Stages;

/// <summary>The format of events that have a kind: its canonical JSON.</summary>
public sealed class KindFormat<TEvent>(Kind<TEvent> kind) : EventFormat<TEvent>
    where TEvent : Record, new()
{
    public override string Kind => kind.Name;

    public override string KeyOf(TEvent item) => item.Key.ToString()!;

    public override void Write(IEnumerable<TEvent> events, IBufferWriter<byte> output)
    {
        foreach (var item in events)
        {
            kind.WriteJson(item, output);
            output.Write("\n"u8);
        }
    }

    public override TEvent Read(ReadOnlySpan<byte> line)
    {
        var reading = kind.Read(line);
        return reading.Record as TEvent ?? throw new JsonException(string.Join("; ", reading.Problems));
    }

    public override IReadOnlyList<FieldProblem> Check(ReadOnlySpan<byte> line) => kind.Read(line).Problems;
}
