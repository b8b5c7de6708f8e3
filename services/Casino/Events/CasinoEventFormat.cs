using System.Buffers;
using System.Globalization;
using RideIngest.Streams.Stages;

namespace RideIngest.Casino.Events;

/// <summary>The format of casino events between stages.</summary>
internal sealed class CasinoEventFormat : EventFormat<CasinoEvent>
{
    public static readonly CasinoEventFormat Instance = new();

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
}
