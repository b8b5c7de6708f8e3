using System.Buffers;
using RideIngest.Casino.Events;

namespace RideIngest.Casino.Stream;

/// <summary>A frame's payload: its events as JSON lines, readable with any NATS client.</summary>
internal static class EventLines
{
    public static ReadOnlyMemory<byte> Write(IReadOnlyCollection<CasinoEvent> events)
    {
        const int Usual = 512;
        var payload = new ArrayBufferWriter<byte>(events.Count * Usual);
        using var json = EventJson.Writer(payload);
        foreach (var e in events)
            EventJson.WriteLine(e, json, payload);
        return payload.WrittenMemory;
    }

    /// <summary>The payload's events.</summary>
    /// <param name="wrong">Told what is wrong with a line that is no event.</param>
    public static List<CasinoEvent> Read(ReadOnlySpan<byte> payload, Action<string> wrong)
    {
        var events = new List<CasinoEvent>();
        foreach (var range in payload.Split((byte)'\n'))
        {
            var line = payload[range];
            if (line.IndexOfAnyExcept(" \t\r"u8) < 0)
                continue;
            try
            {
                events.Add(EventJson.Read(line));
            }
            catch (System.Text.Json.JsonException e)
            {
                wrong(e.Message);
            }
        }
        return events;
    }
}
