using System.Buffers;
using System.Globalization;
using RideIngest.Records.Fields;
using RideIngest.Streams.Stages;

namespace RideIngest.Casino.Events;

/// <summary>The format of casino events between stages.</summary>
internal sealed class CasinoEventFormat : EventFormat<CasinoEvent>
{
    public static readonly CasinoEventFormat Instance = new();

    private readonly EventKind _kind = new();

    private CasinoEventFormat()
    {
    }

    public override string Kind => "events";

    public override string KeyOf(CasinoEvent item) => item.Id.ToString(CultureInfo.InvariantCulture);

    public override void Write(IEnumerable<CasinoEvent> events, IBufferWriter<byte> output)
    {
        using var json = EventJson.Writer(output);
        foreach (var item in events)
            EventJson.WriteLine(item, json, output);
    }

    public override CasinoEvent Read(ReadOnlySpan<byte> line) => EventJson.Read(line);

    public override IReadOnlyList<FieldProblem> Check(ReadOnlySpan<byte> line) =>
        _kind.Read(line).Problems is { Count: > 0 } problems ? problems : base.Check(line);
}
