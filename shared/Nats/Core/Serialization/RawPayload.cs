using System.Buffers;
using System.Runtime.CompilerServices;

namespace NATS.Client.Core;

/// <summary>Data that is bytes already and lies in one piece: it needs no serializer and no copy in between.</summary>
internal static class RawPayload
{
    public static bool TryGet<T>(in T? data, out ReadOnlySpan<byte> bytes)
    {
        if (typeof(T) == typeof(ReadOnlyMemory<byte>))
            bytes = Unsafe.As<T, ReadOnlyMemory<byte>>(ref Unsafe.AsRef(in data)!).Span;
        else if (typeof(T) == typeof(Memory<byte>))
            bytes = Unsafe.As<T, Memory<byte>>(ref Unsafe.AsRef(in data)!).Span;
        else if (typeof(T) == typeof(NatsMemoryOwner<byte>))
            bytes = Unsafe.As<T, NatsMemoryOwner<byte>>(ref Unsafe.AsRef(in data)!).Span;
        else if (data is byte[] array)
            bytes = array;
        else
            return None(out bytes);
        return true;
    }

    /// <summary>Published memory that is owned goes back to its owner.</summary>
    public static void Release<T>(in T? data)
    {
        if (typeof(T) == typeof(NatsMemoryOwner<byte>))
            Unsafe.As<T, NatsMemoryOwner<byte>>(ref Unsafe.AsRef(in data)!).Dispose();
    }

    private static bool None(out ReadOnlySpan<byte> bytes)
    {
        bytes = default;
        return false;
    }
}
