using System.Buffers.Text;
using System.Globalization;

namespace NATS.Client.Core;

/// <summary>Reads one primitive value from its text.</summary>
internal static class Utf8Primitive
{
    public static bool IsKnown(Type type) =>
        (!type.IsEnum && Type.GetTypeCode(type) is TypeCode.Boolean or (>= TypeCode.SByte and <= TypeCode.DateTime and not TypeCode.UInt16))
        || type == typeof(DateTimeOffset) || type == typeof(Guid) || type == typeof(TimeSpan);

    /// <summary>False when the whole text is not one value of the type.</summary>
    public static bool TryParse(Type type, ReadOnlySpan<byte> text, out object value)
    {
        int used;
        bool parsed;
        if (type == typeof(DateTimeOffset))
        {
            parsed = TryParseInstant(text, out var v, out used);
            value = v;
        }
        else if (type == typeof(Guid))
        {
            parsed = Utf8Parser.TryParse(text, out Guid v, out used);
            value = v;
        }
        else if (type == typeof(TimeSpan))
        {
            parsed = Utf8Parser.TryParse(text, out TimeSpan v, out used);
            value = v;
        }
        else if (type == typeof(bool))
        {
            parsed = Utf8Parser.TryParse(text, out bool v, out used);
            value = v;
        }
        else if (type == typeof(DateTime))
        {
            parsed = Utf8Parser.TryParse(text, out DateTime v, out used, 'O');
            value = v;
        }
        else
        {
            used = text.Length;
            parsed = TryParseNumber(type, text, out value);
        }

        return parsed && used == text.Length;
    }

    private static bool TryParseInstant(ReadOnlySpan<byte> text, out DateTimeOffset value, out int used) =>
        Utf8Parser.TryParse(text, out value, out used, 'O');

    private static bool TryParseNumber(Type type, ReadOnlySpan<byte> text, out object value)
    {
        return Type.GetTypeCode(type) switch
        {
            TypeCode.SByte => Parse<sbyte>(text, out value),
            TypeCode.Byte => Parse<byte>(text, out value),
            TypeCode.Int16 => Parse<short>(text, out value),
            TypeCode.Int32 => Parse<int>(text, out value),
            TypeCode.UInt32 => Parse<uint>(text, out value),
            TypeCode.Int64 => Parse<long>(text, out value),
            TypeCode.UInt64 => Parse<ulong>(text, out value),
            TypeCode.Single => Parse<float>(text, out value),
            TypeCode.Double => Parse<double>(text, out value),
            TypeCode.Decimal => Parse<decimal>(text, out value),
            _ => None(out value),
        };

        static bool Parse<TNumber>(ReadOnlySpan<byte> text, out object value)
            where TNumber : struct, IUtf8SpanParsable<TNumber>
        {
            var parsed = TNumber.TryParse(text, CultureInfo.InvariantCulture, out var number);
            value = number;
            return parsed;
        }

        static bool None(out object value)
        {
            value = 0;
            return false;
        }
    }
}
