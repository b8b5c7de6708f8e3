using System.Buffers;
using System.Diagnostics;
using NATS.Client.Core;
using NATS.Client.JetStream;
using RideIngest.Contracts.Frames;
using RideIngest.Records.Kinds;
using RideIngest.Streams.Frames;
using RideIngest.Streams.Rides;

namespace RideIngest.Consumer.Frames;

/// <summary>A frame of records.</summary>
/// <param name="kindName">The kind as the publisher wrote it.</param>
internal sealed class RecordFrame(INatsJSMsg<NatsMemoryOwner<byte>> message, string kindName) : Frame(message)
{
    // The server closes the connection of a client whose subject exceeds max_control_line, 4 KB by default.
    private const int LongestSubject = 1024;

    private static readonly SearchValues<char> NoSubject = SearchValues.Create(" \t\r\n*>");

    public string KindName => kindName;

    /// <summary>The kind; null when no records could be read.</summary>
    public Kind? Kind { get; init; }

    /// <summary>The reason to keep the frame whole as a dead letter; null for other frames.</summary>
    public (string Code, string Message)? Whole { get; set; }

    public IReadOnlyList<FrameLine> Lines { get; init; } = [];

    /// <summary>The trace of each line.</summary>
    public ActivityContext[] Traces { get; init; } = [];

    /// <summary>The trace in which the frame was published.</summary>
    public ActivityContext Trace { get; init; }

    /// <summary>The subject for the reply. Subjects that lead back into the stream or into the server are ignored.</summary>
    public string? ReplyTo =>
        Header(FrameHeaders.Reply) is { Length: > 0 and <= LongestSubject } subject
        && subject[0] != '$'
        && !subject.StartsWith(RidesStream.Subject(""), StringComparison.Ordinal)
        && !subject.AsSpan().ContainsAny(NoSubject) ? subject : null;
}
