using System.Buffers.Binary;
using System.Data.Common;

namespace RideIngest.Records.Fields;

/// <summary>A point in time in UTC, to the microsecond, as in Postgres.</summary>
public sealed class InstantField<TRecord> : ValueField<TRecord, DateTimeOffset>
    where TRecord : class
{
    private bool _orUtc;

    internal InstantField(Property<TRecord, DateTimeOffset> property)
        : base(property)
    {
    }

    /// <summary>Accepts an instant without an offset, which is in UTC.</summary>
    public InstantField<TRecord> OrUtc()
    {
        _orUtc = true;
        return this;
    }

    public override FieldType Type => FieldType.Instant;

    public override string Expected => _orUtc
        ? "an instant, such as 2013-01-31T18:05:00Z; without an offset it is in UTC"
        : "an instant with an offset, such as 2013-01-31T18:05:00Z, or 1/31/2013 18:05 (month first, UTC)";

    private protected override int LargestText => InstantText.Longest + 2;

    private protected override bool TryParse(ReadOnlySpan<byte> text, out DateTimeOffset value) =>
        InstantText.TryParse(text, _orUtc, out value);

    private protected override int Format(DateTimeOffset value, Span<byte> destination)
    {
        destination[0] = (byte)'"';
        var end = 1 + InstantText.Format(value, destination[1..]);
        destination[end] = (byte)'"';
        return end + 1;
    }

    private protected override int WriteDigestValue(DateTimeOffset value, Span<byte> destination) => WriteCopyValue(value, destination);

    private protected override int WriteCopyValue(DateTimeOffset value, Span<byte> destination)
    {
        BinaryPrimitives.WriteInt64BigEndian(destination, PostgresInstant.Of(value));
        return sizeof(long);
    }

    private protected override DateTimeOffset LoadValue(DbDataReader row, int column) =>
        new(row.GetFieldValue<DateTime>(column).Ticks, TimeSpan.Zero);
}
