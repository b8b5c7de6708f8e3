using System.Text;

namespace RideIngest.Records.Fields;

/// <summary>A Boolean field. The export writes 1 or 0.</summary>
public sealed class FlagField<TRecord> : ValueField<TRecord, bool>
    where TRecord : class
{
    internal FlagField(Property<TRecord, bool> property)
        : base(property)
    {
    }

    public override FieldType Type => FieldType.Flag;

    public override string Expected => "true or false (or 1 or 0)";

    private protected override int LargestText => 5;

    private protected override bool TryParse(ReadOnlySpan<byte> text, out bool value)
    {
        value = text is [(byte)'1'] || Ascii.EqualsIgnoreCase(text, "true"u8);
        return value || text is [(byte)'0'] || Ascii.EqualsIgnoreCase(text, "false"u8);
    }

    private protected override int Format(bool value, Span<byte> destination)
    {
        var text = value ? "true"u8 : "false"u8;
        text.CopyTo(destination);
        return text.Length;
    }

    private protected override int WriteDigestValue(bool value, Span<byte> destination) => WriteCopyValue(value, destination);

    private protected override int WriteCopyValue(bool value, Span<byte> destination)
    {
        destination[0] = value ? (byte)1 : (byte)0;
        return 1;
    }
}
