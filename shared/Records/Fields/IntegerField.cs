using System.Buffers.Binary;
using System.Buffers.Text;
using System.Globalization;
using System.Numerics;

namespace RideIngest.Records.Fields;

/// <summary>A 32- or 64-bit integer. <c>12.0</c> and <c>1e3</c> are accepted, as in JSON Schema, because many exports write them.</summary>
public sealed class IntegerField<TRecord, TValue> : ValueField<TRecord, TValue>
    where TRecord : class
    where TValue : struct, IBinaryInteger<TValue>, IMinMaxValue<TValue>
{
    private const int LongestExact = 28;

    private readonly int _bytes = TValue.Zero.GetByteCount();
    private TValue _least = TValue.MinValue;
    private TValue _most = TValue.MaxValue;

    internal IntegerField(Property<TRecord, TValue> property)
        : base(property)
    {
    }

    public IntegerField<TRecord, TValue> AtLeast(TValue least) => Between(least, TValue.MaxValue);

    public IntegerField<TRecord, TValue> Between(TValue least, TValue most)
    {
        (_least, _most) = (least, most);
        return this;
    }

    public override FieldType Type => _bytes == sizeof(int) ? FieldType.Whole32 : FieldType.Whole64;

    public override double? Minimum => _least == TValue.MinValue ? null : double.CreateChecked(_least);

    public override double? Maximum => _most == TValue.MaxValue ? null : double.CreateChecked(_most);

    public override string Expected =>
        _most != TValue.MaxValue ? string.Create(CultureInfo.InvariantCulture, $"a whole number from {_least} to {_most}")
        : _least != TValue.MinValue ? string.Create(
            CultureInfo.InvariantCulture, $"a whole number of at least {_least} ({_bytes * 8} bits)")
        : $"a whole number ({_bytes * 8} bits)";

    private protected override int LargestText => 20;

    private protected override bool TryParse(ReadOnlySpan<byte> text, out TValue value)
    {
        if (!(Utf8Parser.TryParse(text, out long number, out var used) && used == text.Length) && !TryParseWhole(text, out number))
        {
            value = default;
            return false;
        }
        value = TValue.CreateTruncating(number);
        return long.CreateTruncating(value) == number;
    }

    private protected override bool Allows(TValue value) => value >= _least && value <= _most;

    private protected override int Format(TValue value, Span<byte> destination)
    {
        value.TryFormat(destination, out var written, default, CultureInfo.InvariantCulture);
        return written;
    }

    // Always as 64 bits, so that widening a field changes no digest.
    private protected override int WriteDigestValue(TValue value, Span<byte> destination)
    {
        BinaryPrimitives.WriteInt64BigEndian(destination, long.CreateTruncating(value));
        return sizeof(long);
    }

    private protected override int WriteCopyValue(TValue value, Span<byte> destination)
    {
        // The type's own method; the interface's WriteBigEndian would box.
        value.TryWriteBigEndian(destination, out var written);
        return written;
    }

    // Checks the digits, because decimal parses 1e-30 as 0.
    private static bool IsZero(ReadOnlySpan<byte> text)
    {
        var exponent = text.IndexOfAny((byte)'e', (byte)'E');
        return !(exponent < 0 ? text : text[..exponent]).ContainsAnyInRange((byte)'1', (byte)'9');
    }

    private static bool TryParseWhole(ReadOnlySpan<byte> text, out long number)
    {
        number = 0;
        if (text.Length > LongestExact
            || !(Utf8Parser.TryParse(text, out decimal value, out var used) && used == text.Length)
            || value != decimal.Truncate(value) || value is < long.MinValue or > long.MaxValue
            || (value == 0 && !IsZero(text)))
            return false;
        number = (long)value;
        return true;
    }
}
