using System.Buffers;

namespace NATS.Client.Core;

internal enum WireKind
{
    Msg,
    Info,
    Ping,
    Pong,
    Ok,
    Error,
}

/// <summary>One command as it lies in the receive buffer, valid until more is read into it.</summary>
internal ref struct WireCommand
{
    public WireKind Kind;
    public int Sid;
    public ReadOnlySpan<byte> Subject;
    public ReadOnlySpan<byte> ReplyTo;

    /// <summary>What follows INFO or -ERR.</summary>
    public ReadOnlySpan<byte> Text;

    public byte[] Buffer;
    public int BodyStart;
    public int HeaderLength;
    public int PayloadLength;

    public readonly ReadOnlySequence<byte>? Headers =>
        HeaderLength == 0 ? null : new ReadOnlySequence<byte>(Buffer, BodyStart, HeaderLength);

    public readonly ReadOnlySpan<byte> HeaderSpan => Buffer.AsSpan(BodyStart, HeaderLength);

    public readonly ReadOnlySequence<byte> Payload => new(Buffer, BodyStart + HeaderLength, PayloadLength);
}
