using System.Buffers;
using System.Globalization;
using RideIngest.Contracts.Frames;
using RideIngest.Records.Kinds;
using RideIngest.Storage.DeadLetters;
using RideIngest.Storage.Outbox;
using RideIngest.Streams.Rides;

namespace RideIngest.Console.Letters;

/// <summary>
/// The messages with which a dead letter is sent again. A frame of rides may have many records, up to what a producer writes; a stage of
/// another system gets each event in a message of its own, because it may know an event by the id of its message.
/// </summary>
internal static class LetterFrames
{
    private static readonly SearchValues<byte> Blank = SearchValues.Create(" \t\r\n"u8);

    // These belong to one message: its id and what it expects of the stream, its reply, its attempts, its lines.
    private static readonly string[] OfOneMessage = ["Nats-", "Ride-"];

    /// <param name="payload">What to send; the letter's own payload or another one.</param>
    /// <param name="id">A message id that no message has had.</param>
    /// <param name="most">The limit of a message in bytes.</param>
    public static IReadOnlyList<OutboxEvent> Of(KeptDeadLetter kept, ReadOnlyMemory<byte> payload, string id, int most)
    {
        var letter = kept.Letter;
        var headers = letter.Headers.Where(header => !OfOneMessage.Any(start =>
            header.Key.StartsWith(start, StringComparison.OrdinalIgnoreCase))).ToDictionary();
        var parts = letter.System == RidesSystem.Name ? Parts(payload, most / 2) : Lines(payload);
        return
        [
            .. parts.DefaultIfEmpty(payload).Select((part, index) => new OutboxEvent
            {
                Subject = letter.Subject,

                // The messages of a letter are published in order.
                Key = kept.Id.ToString(CultureInfo.InvariantCulture),
                Id = parts.Count > 1 ? string.Create(CultureInfo.InvariantCulture, $"{id}-{index}") : id,
                Payload = part,
                Headers = headers,
            }),
        ];
    }

    /// <summary>Splits a payload at its line ends where it is too long for one frame. Otherwise it is sent as it is.</summary>
    private static List<ReadOnlyMemory<byte>> Parts(ReadOnlyMemory<byte> payload, int most)
    {
        if (payload.Length <= most && payload.Span.Count((byte)'\n') <= SpineSettings.MostFrameRecords)
            return [payload];

        // A part has no names of its own.
        payload = FrameLines.AsObjects(payload);
        var parts = new List<ReadOnlyMemory<byte>>();
        var (start, lines) = (0, 0);
        for (var end = 0; end < payload.Length;)
        {
            var length = payload.Span[end..].IndexOf((byte)'\n') is >= 0 and var next ? next + 1 : payload.Length - end;
            if (end > start && (lines == SpineSettings.MostFrameRecords || end + length - start > most))
            {
                Add(start..end);
                (start, lines) = (end, 0);
            }
            (end, lines) = (end + length, lines + 1);
        }
        Add(start..);
        return parts;

        // A frame of blank lines would be a dead letter of its own.
        void Add(Range part)
        {
            if (payload.Span[part].ContainsAnyExcept(Blank))
                parts.Add(payload[part]);
        }
    }

    private static List<ReadOnlyMemory<byte>> Lines(ReadOnlyMemory<byte> payload)
    {
        var lines = new List<ReadOnlyMemory<byte>>();
        foreach (var range in payload.Span.Split((byte)'\n'))
        {
            if (payload.Span[range].ContainsAnyExcept(Blank))
                lines.Add(payload[range]);
        }
        return lines;
    }
}
