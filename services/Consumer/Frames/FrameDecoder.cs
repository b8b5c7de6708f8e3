using System.Globalization;
using NATS.Client.Core;
using NATS.Client.JetStream;
using RideIngest.Contracts.Frames;
using RideIngest.Records.Kinds;
using RideIngest.Streams.Rides;

namespace RideIngest.Consumer.Frames;

/// <summary>Decodes messages from the stream. Any client may publish there, so nothing about them is trusted.</summary>
internal sealed class FrameDecoder(Catalog catalog)
{
    private static readonly string TooManyLines = string.Create(
        CultureInfo.InvariantCulture, $"It has more than {SpineSettings.MostFrameLines} lines");

    /// <summary>Takes a message without decoding its lines.</summary>
    /// <param name="raw">The bytes of a message that the client could not read.</param>
    public static RecordFrame Take(INatsJSMsg<NatsMemoryOwner<byte>> message, ReadOnlyMemory<byte>? raw)
    {
        var frame = new RecordFrame(message, RidesStream.KindOf(message.Subject)) { Raw = raw };
        if (message.Error is { } error)
            frame.KeepWhole(RecordFrame.Unreadable, $"The message could not be read: {error.Message}");
        else if (frame.LineEnds > SpineSettings.MostFrameLines)
            frame.KeepWhole(RecordFrame.TooManyLines, TooManyLines);
        return frame;
    }

    /// <summary>Decodes the lines of a frame, unless that is done.</summary>
    public void Decode(RecordFrame frame)
    {
        if (frame.IsDecoded)
            return;
        if (!catalog.Find(frame.KindName, out var kind))
        {
            frame.KeepWhole(RecordFrame.UnknownKind, $"There is no kind {frame.KindName}; there are {string.Join(", ", catalog.Kinds)}");
            return;
        }
        var lines = new List<FrameLine>();
        FrameLines.Read(kind, frame.Payload.Span, lines);
        if (lines.Count == 0)
            frame.KeepWhole(RecordFrame.Empty, "It has no records: JSON lines are expected");
        else if (lines.TrueForAll(IsNoRecord))
            frame.KeepWhole(
                RecordFrame.Undecodable, $"It has no records: JSON lines are expected, and the first line {lines[0].Reading.Problems[0]}");
        else
            frame.Decoded(kind, lines, FrameTraces.Read(frame.Header(FrameHeaders.Traces), frame.Trace, lines.Count));
    }

    // Not even a JSON object; the problems of an object would name fields.
    private static bool IsNoRecord(FrameLine line) =>
        line.Reading is { IsValid: false, Id.IsMissing: true } reading && reading.Problems.All(p => p.Field.Length == 0);
}
