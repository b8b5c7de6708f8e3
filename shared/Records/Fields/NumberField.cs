using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Globalization;

namespace RideIngest.Records.Fields;

/// <summary>A finite double field.</summary>
public sealed class NumberField<TRecord> : ValueField<TRecord, double>
    where TRecord : class
{
    private const long Million = 1_000_000;
    private const int Decimals = 6;

    /// <summary>In millionths. Integers up to here are exact, so that dividing them rounds like parsing the text.</summary>
    private const double MostExact = 1e15;

    /// <summary>Integers of this many digits are exact as a double, and so are the powers of ten that divide them.</summary>
    private const int MostDigits = 15;

    private double _least = double.MinValue;
    private double _most = double.MaxValue;

    internal NumberField(Property<TRecord, double> property)
        : base(property)
    {
    }

    public NumberField<TRecord> AtLeast(double least) => Between(least, double.MaxValue);

    public NumberField<TRecord> Between(double least, double most)
    {
        (_least, _most) = (least, most);
        return this;
    }

    public override FieldType Type => FieldType.Number;

    public override double? Minimum => _least == double.MinValue ? null : _least;

    public override double? Maximum => _most == double.MaxValue ? null : _most;

    public override string Expected =>
        _most != double.MaxValue ? string.Create(CultureInfo.InvariantCulture, $"a number from {_least} to {_most}")
        : _least != double.MinValue ? string.Create(CultureInfo.InvariantCulture, $"a number of at least {_least}")
        : "a finite number";

    private protected override int LargestText => 32;

    // −0 becomes 0: they are equal and must have the same digest.
    private protected override bool TryParse(ReadOnlySpan<byte> text, out double value)
    {
        var parsed = TryParseShort(text, out value)
            || (Utf8Parser.TryParse(text, out value, out var used) && used == text.Length && double.IsFinite(value));
        value += 0.0;
        return parsed;
    }

    private protected override bool Allows(double value) => value >= _least && value <= _most;

    // Fast path for few digits and no exponent: dividing one exact number by another rounds correctly.
    private static bool TryParseShort(ReadOnlySpan<byte> text, out double value)
    {
        value = 0;
        var (number, digits, decimals) = (0L, 0, -1);
        for (var i = text.StartsWith("-"u8) ? 1 : 0; i < text.Length; i++)
        {
            var digit = text[i] - '0';
            if ((uint)digit <= 9)
            {
                number = number * 10 + digit;
                digits++;
                decimals += decimals < 0 ? 0 : 1;
            }
            else if (text[i] == '.' && digits > 0 && decimals < 0)
                decimals = 0;
            else
                return false;
        }
        if (digits is 0 or > MostDigits || decimals == 0)
            return false;
        value = number / PowersOfTen[Math.Max(decimals, 0)] * (text[0] == '-' ? -1 : 1);
        return true;
    }

    private static ReadOnlySpan<double> PowersOfTen => [1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14];

    // Fast path for few decimals: a whole number of millionths formats several times faster.
    private protected override int Format(double value, Span<byte> destination)
    {
        var millionths = Math.Round(value * Million);
        if (Math.Abs(millionths) <= MostExact && millionths / Million == value)
            return FormatMillionths((long)millionths, destination);
        value.TryFormat(destination, out var written, default, CultureInfo.InvariantCulture);
        return written;
    }

    private static int FormatMillionths(long millionths, Span<byte> destination)
    {
        var length = 0;
        if (millionths < 0)
            destination[length++] = (byte)'-';
        var (whole, part) = Math.DivRem(Math.Abs(millionths), Million);
        Utf8Formatter.TryFormat(whole, destination[length..], out var written);
        length += written;
        if (part == 0)
            return length;
        destination[length] = (byte)'.';
        Utf8Formatter.TryFormat(part, destination[(length + 1)..], out _, new StandardFormat('D', Decimals));
        length += 1 + Decimals;
        while (destination[length - 1] == (byte)'0')
            length--;
        return length;
    }

    private protected override int WriteDigestValue(double value, Span<byte> destination) => WriteCopyValue(value, destination);

    private protected override int WriteCopyValue(double value, Span<byte> destination)
    {
        BinaryPrimitives.WriteDoubleBigEndian(destination, value);
        return sizeof(double);
    }
}
