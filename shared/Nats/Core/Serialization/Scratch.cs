using System.Buffers;

namespace NATS.Client.Core;

/// <summary>
/// Where a serializer writes before the size is known: a writer per thread. Taken while in use, since a serializer may publish too.
/// </summary>
internal sealed class Scratch : IBufferWriter<byte>
{
    private const int LargestKept = 1024 * 1024;

    [ThreadStatic]
    private static Scratch? _spare;

    private byte[] _bytes = new byte[1024];
    private int _length;

    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, _length);

    public static Scratch Rent()
    {
        var scratch = _spare ?? new Scratch();
        _spare = null;
        scratch._length = 0;
        return scratch;
    }

    public void Return()
    {
        if (_bytes.Length <= LargestKept)
            _spare = this;
    }

    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)count, (uint)(_bytes.Length - _length), nameof(count));
        _length += count;
    }

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _bytes.AsMemory(_length);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _bytes.AsSpan(_length);
    }

    private void Reserve(int sizeHint)
    {
        var needed = Math.Max(sizeHint, 1);
        if (_bytes.Length - _length < needed)
            Array.Resize(ref _bytes, checked(Math.Max(_bytes.Length * 2, _length + needed)));
    }
}
