using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace NATS.Client.Core;

public enum NatsMemoryOwnerAllocationMode
{
    Default,
    Clear,
}

/// <summary>
/// Pooled memory of an exact length. Whoever receives one disposes it, once; publishing it disposes it.
/// After that the memory belongs to someone else.
/// </summary>
public struct NatsMemoryOwner<T> : IMemoryOwner<T>
{
    private readonly ArrayPool<T>? _pool;
    private readonly int _start;
    private T[]? _array;

    private NatsMemoryOwner(ArrayPool<T> pool, T[] array, int start, int length)
    {
        _pool = pool;
        _array = array;
        _start = start;
        Length = length;
    }

    public static NatsMemoryOwner<T> Empty => default;

    public int Length { get; }

    public readonly Memory<T> Memory => new(Array, _start, Length);

    public readonly Span<T> Span => new(Array, _start, Length);

    private readonly T[] Array => _array ?? (Length == 0 ? [] : throw new ObjectDisposedException(nameof(NatsMemoryOwner<>)));

    public static NatsMemoryOwner<T> Allocate(int size) => Allocate(size, ArrayPool<T>.Shared);

    public static NatsMemoryOwner<T> Allocate(int size, ArrayPool<T> pool) => new(pool, pool.Rent(size), 0, size);

    public static NatsMemoryOwner<T> Allocate(int size, NatsMemoryOwnerAllocationMode mode) => Allocate(size, ArrayPool<T>.Shared, mode);

    public static NatsMemoryOwner<T> Allocate(int size, ArrayPool<T> pool, NatsMemoryOwnerAllocationMode mode)
    {
        var owner = Allocate(size, pool);
        if (mode == NatsMemoryOwnerAllocationMode.Clear)
            owner.Span.Clear();
        return owner;
    }

    public readonly ref T DangerousGetReference() => ref MemoryMarshal.GetReference(Span);

    public readonly ArraySegment<T> DangerousGetArray() => new(Array, _start, Length);

    /// <summary>A part of it, which takes over the memory: this owner is empty afterwards.</summary>
    public NatsMemoryOwner<T> Slice(int start, int length)
    {
        var array = Array;
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)start, (uint)Length, nameof(start));
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)length, (uint)(Length - start), nameof(length));
        _array = null;
        return new NatsMemoryOwner<T>(_pool!, array, _start + start, length);
    }

    public void Dispose()
    {
        if (_array is not { } array)
            return;
        _array = null;
        _pool!.Return(array, RuntimeHelpers.IsReferenceOrContainsReferences<T>());
    }
}
