using System.Buffers;
using System.Diagnostics;
using NATS.Client.Core;
using NATS.Client.JetStream;
using RideIngest.Contracts.Frames;
using RideIngest.Records.Kinds;
using RideIngest.Streams.Frames;
using RideIngest.Streams.Rides;

namespace RideIngest.Consumer.Frames;

/// <summary>A frame of records. Its lines are decoded after it is taken.</summary>
internal sealed class RecordFrame : Frame
{
    public const string Empty = "empty";

    public const string Undecodable = "undecodable";

    public const string Unreadable = "unreadable";

    public const string UnknownKind = "unknown_kind";

    /// <summary>The code of a frame that is too long to decode.</summary>
    public const string TooManyLines = "too_many_lines";

    // The server closes the connection of a client whose subject exceeds max_control_line, 4 KB by default.
    private const int LongestSubject = 1024;

    private static readonly SearchValues<char> NoSubject = SearchValues.Create(" \t\r\n*>");

    public RecordFrame(INatsJSMsg<NatsMemoryOwner<byte>> message, string kindName) : base(message)
    {
        KindName = kindName;
        Trace = FrameTraces.Parse(Header(FrameHeaders.TraceParent));
        LineEnds = message.Error is null ? Payload.Span.Count((byte)'\n') : 0;
    }

    /// <summary>The kind as the publisher wrote it.</summary>
    public string KindName { get; }

    /// <summary>The number of line ends, counted without decoding. They include blank lines.</summary>
    public int LineEnds { get; }

    /// <summary>Whether the lines are decoded, or the frame is kept whole.</summary>
    public bool IsDecoded { get; private set; }

    /// <summary>The kind; null when no records could be read.</summary>
    public Kind? Kind { get; private set; }

    /// <summary>The reason to keep the frame whole as a dead letter; null for other frames.</summary>
    public (string Code, string Message)? Whole { get; private set; }

    public IReadOnlyList<FrameLine> Lines { get; private set; } = [];

    /// <summary>The trace of each line.</summary>
    public ActivityContext[] Traces { get; private set; } = [];

    /// <summary>The trace in which the frame was published.</summary>
    public ActivityContext Trace { get; }

    /// <summary>The number of lines that the queue counts for this frame.</summary>
    public int Queued { get; set; }

    /// <summary>The subject for the reply. Subjects that lead back into the stream or into the server are ignored.</summary>
    public string? ReplyTo =>
        Header(FrameHeaders.Reply) is { Length: > 0 and <= LongestSubject } subject
        && subject[0] != '$'
        && !subject.StartsWith(RidesStream.Subject(""), StringComparison.Ordinal)
        && !subject.AsSpan().ContainsAny(NoSubject) ? subject : null;

    public void Decoded(Kind kind, IReadOnlyList<FrameLine> lines, ActivityContext[] traces) =>
        (IsDecoded, Kind, Lines, Traces) = (true, kind, lines, traces);

    public void KeepWhole(string code, string message) => (IsDecoded, Whole) = (true, (code, message));
}
