using System.Buffers;
using System.Diagnostics;
using NATS.Client.Core;
using NATS.Client.JetStream;
using RideIngest.Contracts.Frames;
using RideIngest.Records.Kinds;
using RideIngest.Streams.Rides;

namespace RideIngest.Consumer.Frames;

/// <summary>A frame that this instance has taken from the stream and not settled yet.</summary>
internal sealed class Frame(INatsJSMsg<NatsMemoryOwner<byte>> message, NatsJSMsgMetadata metadata, string kindName) : IDisposable
{
    // The server ends the connection of who publishes to one beyond its max_control_line, 4 KB unless told otherwise.
    private const int LongestSubject = 1024;

    private static readonly SearchValues<char> NoSubject = SearchValues.Create(" \t\r\n*>");

    private NatsMemoryOwner<byte> _payload = message.Data;

    public INatsJSMsg<NatsMemoryOwner<byte>> Message => message;

    public NatsJSMsgMetadata Metadata => metadata;

    /// <summary>As the publisher wrote it.</summary>
    public string KindName => kindName;

    /// <summary>Null when no records could be read.</summary>
    public Kind? Kind { get; init; }

    /// <summary>Why it is to be kept whole, if it is.</summary>
    public (string Code, string Message)? Whole { get; set; }

    public IReadOnlyList<FrameLine> Lines { get; init; } = [];

    /// <summary>One per line.</summary>
    public ActivityContext[] Traces { get; init; } = [];

    /// <summary>The trace that the frame itself was published in.</summary>
    public ActivityContext Trace { get; init; }

    /// <summary>When the server last heard that somebody works on it.</summary>
    public long ReportedAt { get; set; } = Stopwatch.GetTimestamp();

    /// <summary>The payload of a message that the client could not read.</summary>
    public ReadOnlyMemory<byte>? Raw { get; set; }

    public ReadOnlyMemory<byte> Payload => Raw ?? _payload.Memory;

    public string? Id => Header(FrameHeaders.Id);

    /// <summary>Where the reply goes: a subject that cannot lead back into the stream or into the server.</summary>
    public string? ReplyTo =>
        Header(FrameHeaders.Reply) is { Length: > 0 and <= LongestSubject } subject
        && subject[0] != '$'
        && !subject.StartsWith(RidesStream.Subject(""), StringComparison.Ordinal)
        && !subject.AsSpan().ContainsAny(NoSubject) ? subject : null;

    public string? Header(string name) => message.Headers is { } headers && headers.TryGetLastValue(name, out var value) ? value : null;

    public void Dispose() => _payload.Dispose();
}
