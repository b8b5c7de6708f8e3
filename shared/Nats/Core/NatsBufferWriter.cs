using System.Buffers;
using System.Runtime.CompilerServices;

namespace NATS.Client.Core;

/// <summary>A buffer writer over one pooled array that grows. Dispose returns the array.</summary>
public sealed class NatsBufferWriter<T> : IBufferWriter<T>, IMemoryOwner<T>
{
    private const int DefaultCapacity = 256;

    private readonly ArrayPool<T> _pool;
    private T[]? _array;
    private int _written;

    public NatsBufferWriter()
        : this(ArrayPool<T>.Shared, DefaultCapacity)
    {
    }

    public NatsBufferWriter(ArrayPool<T> pool)
        : this(pool, DefaultCapacity)
    {
    }

    public NatsBufferWriter(int initialCapacity)
        : this(ArrayPool<T>.Shared, initialCapacity)
    {
    }

    public NatsBufferWriter(ArrayPool<T> pool, int initialCapacity)
    {
        _pool = pool;
        _array = pool.Rent(initialCapacity);
    }

    public ReadOnlyMemory<T> WrittenMemory => Array.AsMemory(0, _written);

    public ReadOnlySpan<T> WrittenSpan => Array.AsSpan(0, _written);

    public int WrittenCount => _written;

    public int Capacity => Array.Length;

    public int FreeCapacity => Array.Length - _written;

    Memory<T> IMemoryOwner<T>.Memory => Array.AsMemory(0, _written);

    private T[] Array
    {
        get
        {
            ObjectDisposedException.ThrowIf(_array is null, this);
            return _array;
        }
    }

    public void Clear()
    {
        if (RuntimeHelpers.IsReferenceOrContainsReferences<T>())
            Array.AsSpan(0, _written).Clear();
        _written = 0;
    }

    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        if (count > FreeCapacity)
            throw new ArgumentException("Cannot advance past the end of the buffer", nameof(count));
        _written += count;
    }

    public Memory<T> GetMemory(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return Array.AsMemory(_written);
    }

    public Span<T> GetSpan(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return Array.AsSpan(_written);
    }

    public ArraySegment<T> DangerousGetArray() => new(Array, 0, _written);

    public void Dispose()
    {
        if (_array is not { } array)
            return;
        _array = null;
        _pool.Return(array, RuntimeHelpers.IsReferenceOrContainsReferences<T>());
    }

    private void Reserve(int sizeHint)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(sizeHint);
        var array = Array;
        var needed = Math.Max(sizeHint, 1);
        if (needed <= array.Length - _written)
            return;

        var larger = _pool.Rent((int)Math.Min(Math.Max((long)_written + needed, array.Length * 2L), System.Array.MaxLength));
        if (larger.Length - _written < needed)
            throw new InvalidOperationException("The buffer cannot grow any further");
        array.AsSpan(0, _written).CopyTo(larger);
        _array = larger;
        _pool.Return(array, RuntimeHelpers.IsReferenceOrContainsReferences<T>());
    }
}
