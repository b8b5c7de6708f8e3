using System.Data.Common;
using System.Text;
using System.Text.Json;

namespace RideIngest.Records.Fields;

/// <summary>An enum field, written as the member's name in snake_case.</summary>
public sealed class ChoiceField<TRecord, TEnum> : ValueField<TRecord, TEnum>
    where TRecord : class
    where TEnum : struct, Enum
{
    private readonly TEnum[] _values = Enum.GetValues<TEnum>();
    private readonly string[] _names;
    private readonly byte[][] _utf8;

    internal ChoiceField(Property<TRecord, TEnum> property)
        : base(property)
    {
        _names = Array.ConvertAll(_values, value => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString()));
        _utf8 = Array.ConvertAll(_names, Encoding.UTF8.GetBytes);
    }

    public override FieldType Type => FieldType.Choice;

    public override IReadOnlyList<string> Choices => _names;

    public override string Expected => "one of " + string.Join(", ", _names);

    private protected override int LargestText => 2 + Longest;

    private protected override int LargestDigestValue => 1 + Longest;

    private protected override int LargestCopyValue => Longest;

    private int Longest => _utf8.Max(name => name.Length);

    private protected override bool TryParse(ReadOnlySpan<byte> text, out TEnum value)
    {
        for (var i = 0; i < _utf8.Length; i++)
        {
            if (!Ascii.EqualsIgnoreCase(text, _utf8[i]))
                continue;
            value = _values[i];
            return true;
        }
        value = default;
        return false;
    }

    private protected override int Format(TEnum value, Span<byte> destination)
    {
        var length = WriteCopyValue(value, destination[1..]);
        destination[0] = destination[length + 1] = (byte)'"';
        return length + 2;
    }

    // By name, so that adding or moving a member changes no digest.
    private protected override int WriteDigestValue(TEnum value, Span<byte> destination)
    {
        var length = WriteCopyValue(value, destination[1..]);
        destination[0] = (byte)length;
        return length + 1;
    }

    private protected override int WriteCopyValue(TEnum value, Span<byte> destination)
    {
        var name = _utf8[Array.IndexOf(_values, value)];
        name.CopyTo(destination);
        return name.Length;
    }

    private protected override TEnum LoadValue(DbDataReader row, int column) => _values[Array.IndexOf(_names, row.GetString(column))];
}
