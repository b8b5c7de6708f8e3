using System.Buffers;

namespace RideIngest.Producer.Sending;

/// <summary>Holds a frame's bytes in pooled memory, from gathering until the stream has the frame.</summary>
internal sealed class FramePayload : IBufferWriter<byte>
{
    private const int FirstSize = 2048;
    private byte[] _bytes = [];

    public int Length { get; private set; }

    public ReadOnlyMemory<byte> Written => _bytes.AsMemory(0, Length);

    public void Advance(int count) => Length += count;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Ensure(Math.Max(1, sizeHint));
        return _bytes.AsMemory(Length);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Ensure(Math.Max(1, sizeHint));
        return _bytes.AsSpan(Length);
    }

    /// <summary>Returns the memory to the pool. Call it when nothing reads the bytes any more.</summary>
    public void Release()
    {
        var bytes = _bytes;
        (_bytes, Length) = ([], 0);
        if (bytes.Length > 0)
            ArrayPool<byte>.Shared.Return(bytes);
    }

    private void Ensure(int room)
    {
        if (_bytes.Length - Length >= room)
            return;
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(FirstSize, Math.Max(_bytes.Length * 2, Length + room)));
        _bytes.AsSpan(0, Length).CopyTo(larger);
        if (_bytes.Length > 0)
            ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = larger;
    }
}
