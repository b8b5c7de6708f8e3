using System.Buffers.Binary;
using System.Data.Common;

namespace RideIngest.Records.Fields;

/// <summary>A field of a value type.</summary>
public abstract class ValueField<TRecord, TValue> : Field<TRecord>
    where TRecord : class
    where TValue : struct
{
    private readonly Property<TRecord, TValue> _property;

    private protected ValueField(Property<TRecord, TValue> property)
        : base(property.Name, property.Required) => _property = property;

    internal sealed override string? Parse(ReadOnlySpan<byte> text, TRecord record)
    {
        text = text.Trim(" \t"u8);
        if (IsNull(text))
            return Required ? Missing : null;
        if (!TryParse(text, out var value))
            return Not(text);

        // Set before the range check, so that an id out of range still identifies the record.
        _property.Set(record, value);
        return Allows(value) ? null : Not(text);
    }

    internal sealed override int LargestJson => LargestText;

    internal sealed override int LargestDigest => sizeof(ushort) + LargestDigestValue;

    internal sealed override int LargestCopy => sizeof(int) + LargestCopyValue;

    internal sealed override int WriteJson(TRecord record, Span<byte> destination) =>
        _property.TryGet(record, out var value) ? Format(value, destination) : 0;

    internal sealed override int WriteDigest(TRecord record, Span<byte> destination)
    {
        if (!_property.TryGet(record, out var value))
            return 0;
        BinaryPrimitives.WriteUInt16BigEndian(destination, Tag);
        return sizeof(ushort) + WriteDigestValue(value, destination[sizeof(ushort)..]);
    }

    internal sealed override int WriteCopy(TRecord record, Span<byte> destination)
    {
        var length = _property.TryGet(record, out var value) ? WriteCopyValue(value, destination[sizeof(int)..]) : -1;
        BinaryPrimitives.WriteInt32BigEndian(destination, length);
        return sizeof(int) + Math.Max(length, 0);
    }

    internal sealed override void Load(TRecord record, DbDataReader row, int column)
    {
        if (!row.IsDBNull(column))
            _property.Set(record, LoadValue(row, column));
    }

    private protected abstract int LargestText { get; }

    private protected virtual int LargestDigestValue => sizeof(long);

    private protected virtual int LargestCopyValue => sizeof(long);

    private protected abstract bool TryParse(ReadOnlySpan<byte> text, out TValue value);

    private protected virtual bool Allows(TValue value) => true;

    private protected abstract int Format(TValue value, Span<byte> destination);

    private protected abstract int WriteDigestValue(TValue value, Span<byte> destination);

    private protected abstract int WriteCopyValue(TValue value, Span<byte> destination);

    private protected virtual TValue LoadValue(DbDataReader row, int column) => row.GetFieldValue<TValue>(column);
}
