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
/// <param name="kindName">As its publisher wrote it.</param>
internal sealed class RecordFrame(INatsJSMsg<NatsMemoryOwner<byte>> message, string kindName) : Frame(message)
{
    // The server closes the connection of a client that publishes to one beyond its max_control_line, 4 KB by default.
    private const int LongestSubject = 1024;

    private static readonly SearchValues<char> NoSubject = SearchValues.Create(" \t\r\n*>");

    public string KindName => kindName;

    /// <summary>Null when no records could be read.</summary>
    public Kind? Kind { get; init; }

    /// <summary>Why it is kept whole as a dead letter, if it is.</summary>
    public (string Code, string Message)? Whole { get; set; }

    public IReadOnlyList<FrameLine> Lines { get; init; } = [];

    /// <summary>One per line.</summary>
    public ActivityContext[] Traces { get; init; } = [];

    /// <summary>The trace that the frame itself was published in.</summary>
    public ActivityContext Trace { get; init; }

    /// <summary>Where the reply goes: a subject that cannot lead back into the stream or into the server.</summary>
    public string? ReplyTo =>
        Header(FrameHeaders.Reply) is { Length: > 0 and <= LongestSubject } subject
        && subject[0] != '$'
        && !subject.StartsWith(RidesStream.Subject(""), StringComparison.Ordinal)
        && !subject.AsSpan().ContainsAny(NoSubject) ? subject : null;
}
