using NATS.Client.Core;
using NATS.Client.JetStream;
using RideIngest.Contracts.Frames;
using RideIngest.Records.Kinds;
using RideIngest.Streams.Rides;

namespace RideIngest.Consumer.Frames;

/// <summary>Decodes messages from the stream. Any client may publish there, so nothing about them is trusted.</summary>
internal sealed class FrameDecoder(Catalog catalog)
{
    /// <param name="raw">The bytes of a message that the client could not read.</param>
    public RecordFrame Decode(INatsJSMsg<NatsMemoryOwner<byte>> message, ReadOnlyMemory<byte>? raw)
    {
        var name = RidesStream.KindOf(message.Subject);
        if (message.Error is { } error)
            return AsWhole("unreadable", $"The message could not be read: {error.Message}");
        if (!catalog.Find(name, out var kind))
            return AsWhole("unknown_kind", $"There is no kind {name}; there are {string.Join(", ", catalog.Kinds)}");

        var lines = new List<FrameLine>();
        FrameLines.Read(kind, message.Data.Span, lines);
        if (lines.Count == 0)
            return AsWhole("empty", "It has no records: JSON lines are expected");
        if (lines.TrueForAll(IsNoRecord))
            return AsWhole("undecodable", $"It has no records: JSON lines are expected, and the first line {lines[0].Reading.Problems[0]}");

        var trace = FrameTraces.Parse(Header(FrameHeaders.TraceParent));
        return new RecordFrame(message, name)
        {
            Kind = kind,
            Lines = lines,
            Trace = trace,
            Traces = FrameTraces.Read(Header(FrameHeaders.Traces), trace, lines.Count),
        };

        RecordFrame AsWhole(string code, string reason) => new(message, name)
        {
            Raw = raw,
            Whole = (code, reason),
            Trace = message.Error is null ? FrameTraces.Parse(Header(FrameHeaders.TraceParent)) : default,
        };

        string? Header(string header) => message.Headers is { } headers && headers.TryGetLastValue(header, out var value) ? value : null;
    }

    // Not even a JSON object; the problems of an object would name fields.
    private static bool IsNoRecord(FrameLine line) =>
        line.Reading is { IsValid: false, Id.IsMissing: true } reading && reading.Problems.All(p => p.Field.Length == 0);
}
