using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Globalization;

namespace RideIngest.Records.Fields;

/// <summary>A finite double.</summary>
public sealed class NumberField<TRecord> : ValueField<TRecord, double>
    where TRecord : Record
{
    private const long Million = 1_000_000;
    private const int Decimals = 6;

    /// <summary>In millionths. Up to here they are exact, so that dividing them rounds just as reading their text does.</summary>
    private const double MostExact = 1e15;

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

    // −0 becomes 0: they are the same content, and must have the same digest.
    private protected override bool TryParse(ReadOnlySpan<byte> text, out double value)
    {
        var parsed = Utf8Parser.TryParse(text, out value, out var used) && used == text.Length && double.IsFinite(value);
        value += 0.0;
        return parsed;
    }

    private protected override bool Allows(double value) => value >= _least && value <= _most;

    // Most numbers have a few decimals, and are written several times faster as what they are: a whole number of millionths.
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
