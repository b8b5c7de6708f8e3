using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace NATS.Client.Core;

/// <summary>Strings, numbers, booleans, dates and GUIDs as invariant UTF-8 text; anything else goes to the next serializer.</summary>
public class NatsUtf8PrimitivesSerializer<T>(INatsSerializer<T>? next = default) : INatsSerializer<T>
{
    public static readonly NatsUtf8PrimitivesSerializer<T> Default = new();

    private static readonly StandardFormat Iso = new('O');

    public INatsSerializer<T> CombineWith(INatsSerializer<T>? next) => new NatsUtf8PrimitivesSerializer<T>(next);

    public void Serialize(IBufferWriter<byte> bufferWriter, T? value)
    {
        if (value is string text)
        {
            Encoding.UTF8.GetBytes(text, bufferWriter);
            return;
        }

        var span = bufferWriter.GetSpan(128);
        int written;
        var done = value switch
        {
            DateTime v => Utf8Formatter.TryFormat(v, span, out written, Iso),
            DateTimeOffset v when v.Offset == TimeSpan.Zero => Utf8Formatter.TryFormat(v.UtcDateTime, span, out written, Iso),
            DateTimeOffset v => Utf8Formatter.TryFormat(v, span, out written, Iso),
            Guid v => Utf8Formatter.TryFormat(v, span, out written),
            TimeSpan v => Utf8Formatter.TryFormat(v, span, out written),
            bool v => Utf8Formatter.TryFormat(v, span, out written),
            byte v => Utf8Formatter.TryFormat(v, span, out written),
            sbyte v => Utf8Formatter.TryFormat(v, span, out written),
            short v => Utf8Formatter.TryFormat(v, span, out written),
            int v => Utf8Formatter.TryFormat(v, span, out written),
            uint v => Utf8Formatter.TryFormat(v, span, out written),
            long v => Utf8Formatter.TryFormat(v, span, out written),
            ulong v => Utf8Formatter.TryFormat(v, span, out written),
            float v => Utf8Formatter.TryFormat(v, span, out written),
            double v => Utf8Formatter.TryFormat(v, span, out written),
            decimal v => Utf8Formatter.TryFormat(v, span, out written),
            _ => Unknown(out written),
        };

        if (done)
            bufferWriter.Advance(written);
        else
            (next ?? throw new NatsException($"Can't serialize {typeof(T)}")).Serialize(bufferWriter, value);
    }

    public T? Deserialize(in ReadOnlySequence<byte> buffer)
    {
        if (typeof(T) == typeof(string))
            return buffer.IsEmpty ? default : (T)(object)Encoding.UTF8.GetString(buffer);

        var type = Nullable.GetUnderlyingType(typeof(T)) ?? typeof(T);
        if (!Utf8Primitive.IsKnown(type))
            return (next ?? throw new NatsException($"Can't deserialize {typeof(T)}")).Deserialize(buffer);
        if (buffer.IsEmpty)
            return default;
        return Utf8Primitive.TryParse(type, buffer.IsSingleSegment ? buffer.FirstSpan : buffer.ToArray(), out var value)
            ? (T)value
            : throw new NatsException($"Can't deserialize {typeof(T)}. Parsing error");
    }

    private static bool Unknown(out int written)
    {
        written = 0;
        return false;
    }
}
