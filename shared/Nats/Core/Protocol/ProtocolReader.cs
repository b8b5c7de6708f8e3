using System.Buffers;
using System.Runtime.CompilerServices;

namespace NATS.Client.Core;

/// <summary>
/// Turns received bytes into commands. One buffer holds everything that is not yet read; it grows only as bytes really arrive, so that
/// an announced size alone costs nothing. A command is handed out where it lies, never copied.
/// </summary>
internal sealed class ProtocolReader(INatsSocketConnection socket, int bufferSize, int maxPayload) : IDisposable
{
    private const int MaxControlLine = 64 * 1024;
    private const int MaxInfoLine = 1024 * 1024;
    private const int LargestIdleBuffer = 512 * 1024;

    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(bufferSize);
    private int _start;
    private int _end;

    // Bytes known to be missing or to hold no line end: nothing is looked at twice.
    private int _needed;
    private int _scanned;

    public long ReceivedBytes { get; private set; }

    /// <summary>Whether bytes have arrived that no command has used.</summary>
    public bool HasRest => _end > _start;

    /// <summary>Waits for more bytes. False when the server has closed the connection.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<bool> ReceiveAsync()
    {
        MakeRoom();
        var free = _buffer.Length - _end;
        var received = await socket.ReceiveAsync(_buffer.AsMemory(_end)).ConfigureAwait(false);
        if (received <= 0)
            return false;
        _end += received;
        ReceivedBytes += received;
        if (received == free && _buffer.Length < LargestIdleBuffer)
            Resize(_buffer.Length * 2);
        return true;
    }

    /// <summary>The next command, when all of it is there. Throws when what came is not the protocol.</summary>
    public bool TryRead(ref WireCommand command)
    {
        var available = _buffer.AsSpan(_start, _end - _start);
        if (available.Length < _needed || available.IsEmpty)
            return false;

        var lineEnd = available[_scanned..].IndexOf((byte)'\n');
        if (lineEnd < 0)
        {
            ThrowIfTooLong(available);
            _scanned = available.Length;
            return false;
        }

        lineEnd += _scanned;
        if (lineEnd == 0 || available[lineEnd - 1] != '\r')
            throw Violation("a line does not end in CRLF");

        var bodyLength = LineParser.Parse(available[..(lineEnd - 1)], ref command, maxPayload);
        var total = lineEnd + 1;
        if (command.Kind == WireKind.Msg)
        {
            total += bodyLength + 2;
            if (available.Length < total)
            {
                // The line is read again when the rest is there, which is cheaper than to remember it.
                _needed = total;
                _scanned = lineEnd;
                return false;
            }

            if (available[total - 2] != '\r' || available[total - 1] != '\n')
                throw Violation("a payload does not end where its size says");
            command.Buffer = _buffer;
            command.BodyStart = _start + lineEnd + 1;
        }

        _start += total;
        _needed = 0;
        _scanned = 0;
        return true;
    }

    public void Dispose()
    {
        var buffer = _buffer;
        _buffer = [];
        (_start, _end) = (0, 0);
        if (buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(buffer);
    }

    private static NatsProtocolViolationException Violation(string what) => new($"Protocol violation by the server: {what}");

    private static void ThrowIfTooLong(ReadOnlySpan<byte> line)
    {
        var limit = line[0] is (byte)'I' ? MaxInfoLine : MaxControlLine;
        if (line.Length > limit)
            throw Violation("a control line is too long");
    }

    private void MakeRoom()
    {
        if (_start == _end)
        {
            (_start, _end) = (0, 0);
            if (_buffer.Length > LargestIdleBuffer)
                Resize(LargestIdleBuffer);
            return;
        }

        var rest = _end - _start;
        if (_end < _buffer.Length && _start + _needed <= _buffer.Length)
            return;
        if (rest * 2 > _buffer.Length)
            Resize(_buffer.Length * 2);
        else
            MoveRestTo(_buffer);
    }

    private void Resize(int size)
    {
        var old = _buffer;
        var resized = ArrayPool<byte>.Shared.Rent(size);
        MoveRestTo(resized);
        _buffer = resized;
        ArrayPool<byte>.Shared.Return(old);
    }

    private void MoveRestTo(byte[] target)
    {
        _buffer.AsSpan(_start, _end - _start).CopyTo(target);
        (_start, _end) = (0, _end - _start);
    }
}
