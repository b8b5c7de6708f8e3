using System.Buffers;
using System.Buffers.Text;
using System.Runtime.CompilerServices;
using System.Text;

namespace NATS.Client.Core;

/// <summary>Commands in wire form, one after another, in a pooled array. Holds whole commands only. Not thread-safe.</summary>
internal sealed class CommandBuffer(int capacity)
{
    private const int MaxDigits = 10;

    // As much as gathers when publishers are faster than the socket: growing to it again and again would cost more than it holds.
    private const int KeptCapacities = 32;

    private byte[] _bytes = ArrayPool<byte>.Shared.Rent(capacity);
    private int _length;

    public int Length => _length;

    /// <summary>PINGs among the commands: each will be answered by a PONG, in order.</summary>
    public int Pings { get; private set; }

    /// <summary>PUBs and HPUBs among the commands.</summary>
    public int Publishes { get; private set; }

    public ReadOnlyMemory<byte> Written => _bytes.AsMemory(0, _length);

    public void Publish(string subject, ReadOnlySpan<char> replyTo, ReadOnlySpan<byte> payload) =>
        payload.CopyTo(BeginPublish(subject, replyTo, payload.Length));

    /// <summary>Writes a PUB around a payload that the caller copies into the span returned, whole, before anything else happens.</summary>
    public Span<byte> BeginPublish(string subject, ReadOnlySpan<char> replyTo, int payloadLength)
    {
        Publishes++;
        var target = Reserve(10 + MaxBytes(subject, replyTo) + MaxDigits + payloadLength);
        var at = Put(target, 0, "PUB "u8);
        at = PutSubjects(target, at, subject, replyTo);
        at = PutNumber(target, at, payloadLength);
        return Finish(target, at, payloadLength);
    }

    public void PublishWithHeaders(string subject, ReadOnlySpan<char> replyTo, ReadOnlySpan<byte> headers, ReadOnlySpan<byte> payload)
    {
        Publishes++;
        var total = headers.Length + payload.Length;
        var target = Reserve(12 + MaxBytes(subject, replyTo) + (2 * MaxDigits) + total);
        var at = Put(target, 0, "HPUB "u8);
        at = PutSubjects(target, at, subject, replyTo);
        at = PutNumber(target, at, headers.Length);
        target[at++] = (byte)' ';
        at = PutNumber(target, at, total);
        var body = Finish(target, at, total);
        headers.CopyTo(body);
        payload.CopyTo(body[headers.Length..]);
    }

    public void Subscribe(int sid, string subject, string? queueGroup)
    {
        var target = Reserve(10 + MaxBytes(subject, queueGroup) + MaxDigits);
        var at = Put(target, 0, "SUB "u8);
        at = PutSubjects(target, at, subject, queueGroup);
        at = PutNumber(target, at, sid);
        Finish(target, at);
    }

    /// <summary>With <paramref name="maxMsgs"/>, after so many messages; otherwise now.</summary>
    public void Unsubscribe(int sid, int maxMsgs = 0)
    {
        var target = Reserve(10 + (2 * MaxDigits));
        var at = Put(target, 0, "UNSUB "u8);
        at = PutNumber(target, at, sid);
        if (maxMsgs > 0)
        {
            target[at++] = (byte)' ';
            at = PutNumber(target, at, maxMsgs);
        }

        Finish(target, at);
    }

    public void Ping()
    {
        Pings++;
        Append("PING\r\n"u8);
    }

    public void Pong() => Append("PONG\r\n"u8);

    /// <summary>Takes over what another has gathered.</summary>
    public void Append(CommandBuffer other)
    {
        Append(other.Written.Span);
        Pings += other.Pings;
        Publishes += other.Publishes;
    }

    public void Clear()
    {
        _length = 0;
        Pings = 0;
        Publishes = 0;
        if (_bytes.Length <= KeptCapacities * capacity)
            return;
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = ArrayPool<byte>.Shared.Rent(capacity);
    }

    private void Append(ReadOnlySpan<byte> commands)
    {
        commands.CopyTo(Reserve(commands.Length));
        _length += commands.Length;
    }

    private static int MaxBytes(string subject, ReadOnlySpan<char> second) =>
        (3 * subject.Length) + (3 * second.Length);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Put(Span<byte> target, int at, ReadOnlySpan<byte> text)
    {
        text.CopyTo(target[at..]);
        return at + text.Length;
    }

    private static int PutSubjects(Span<byte> target, int at, string subject, ReadOnlySpan<char> second)
    {
        at += Encoding.UTF8.GetBytes(subject, target[at..]);
        target[at++] = (byte)' ';
        if (second.IsEmpty)
            return at;
        at += Encoding.UTF8.GetBytes(second, target[at..]);
        target[at++] = (byte)' ';
        return at;
    }

    private static int PutNumber(Span<byte> target, int at, int number)
    {
        Utf8Formatter.TryFormat(number, target[at..], out var digits);
        return at + digits;
    }

    private Span<byte> Finish(Span<byte> target, int at, int bodyLength)
    {
        at = Put(target, at, "\r\n"u8);
        var body = target.Slice(at, bodyLength);
        Put(target, at + bodyLength, "\r\n"u8);
        _length += at + bodyLength + 2;
        return body;
    }

    private void Finish(Span<byte> target, int at) => _length += Put(target, at, "\r\n"u8);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Span<byte> Reserve(int count)
    {
        if (_bytes.Length - _length < count)
            Grow(count);
        return _bytes.AsSpan(_length);
    }

    private void Grow(int count)
    {
        var larger = ArrayPool<byte>.Shared.Rent(checked(Math.Max(_length + count, (int)Math.Min(_bytes.Length * 2L, int.MaxValue / 2))));
        _bytes.AsSpan(0, _length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = larger;
    }
}
