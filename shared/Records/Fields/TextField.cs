using System.Buffers;
using System.Buffers.Binary;
using System.Data.Common;
using System.Linq.Expressions;
using System.Reflection;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.RegularExpressions;
using System.Text.Unicode;

namespace RideIngest.Records.Fields;

/// <summary>UTF-8 text of limited length. A nullable property is an optional field.</summary>
public sealed class TextField<TRecord> : Field<TRecord>
    where TRecord : class
{
    private readonly Func<TRecord, string?> _get;
    private readonly Action<TRecord, string?> _set;
    private readonly int _bytes;
    private readonly int _characters;
    private Regex? _whole;
    private string? _pattern;
    private string? _expected;
    private bool _orInteger;

    internal TextField(Expression<Func<TRecord, string?>> property, int maxLength)
        : this(PropertyName.Of(property.Body), maxLength)
    {
    }

    private TextField(PropertyInfo property, int maxLength)
        : base(PropertyName.AsField(property), new NullabilityInfoContext().Create(property).ReadState == NullabilityState.NotNull)
    {
        _get = property.GetMethod!.CreateDelegate<Func<TRecord, string?>>();
        _set = property.SetMethod!.CreateDelegate<Action<TRecord, string?>>();
        _characters = maxLength;
        _bytes = Encoding.UTF8.GetMaxByteCount(maxLength);
    }

    /// <summary>Requires the whole text to match a pattern; messages say "must be {expected}".</summary>
    public TextField<TRecord> Matching(string pattern, string expected)
    {
        // $ alone would accept a line end after the text.
        _whole = new Regex($@"{pattern}\z", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);
        _pattern = pattern;
        _expected = expected;
        return this;
    }

    /// <summary>Accepts a JSON integer, which is its decimal form.</summary>
    public TextField<TRecord> OrInteger()
    {
        _orInteger = true;
        return this;
    }

    public override FieldType Type => FieldType.Text;

    public override int? MaxLength => _characters;

    public override string? Pattern => _pattern;

    public override string Expected => (_expected ?? $"text of at most {_characters} characters") + (_orInteger ? ", or an integer" : "");

    internal override int LargestJson => 2 + (_bytes * 6);

    internal override int LargestDigest => sizeof(ushort) + sizeof(int) + _bytes;

    internal override int LargestCopy => sizeof(int) + _bytes;

    private protected override bool TakesLiteral(ReadOnlySpan<byte> literal) =>
        _orInteger && literal.TrimStart((byte)'-').IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0;

    internal override string? Parse(ReadOnlySpan<byte> text, TRecord record)
    {
        if (IsNull(text))
            return Required ? Missing : null;
        if (text.Length > _bytes)
            return Not(text);
        if (!Utf8.IsValid(text))
            return "must be valid UTF-8";
        if (text.Contains((byte)0))
            return "must not contain the character U+0000";
        var value = Encoding.UTF8.GetString(text);
        _set(record, value);
        return value.Length <= _characters && _whole?.IsMatch(value) != false ? null : Not(text);
    }

    internal override int WriteJson(TRecord record, Span<byte> destination)
    {
        if (_get(record) is not { } text)
            return 0;
        var at = 0;
        destination[at++] = (byte)'"';
        Span<byte> utf8 = stackalloc byte[0];
        byte[]? rented = null;
        if (_bytes <= 256)
            utf8 = stackalloc byte[_bytes];
        else
            utf8 = rented = ArrayPool<byte>.Shared.Rent(_bytes);
        var length = Encoding.UTF8.GetBytes(text, utf8);
        JavaScriptEncoder.UnsafeRelaxedJsonEscaping.EncodeUtf8(utf8[..length], destination[at..], out _, out var written);
        if (rented is not null)
            ArrayPool<byte>.Shared.Return(rented);
        at += written;
        destination[at++] = (byte)'"';
        return at;
    }

    internal override int WriteDigest(TRecord record, Span<byte> destination)
    {
        if (_get(record) is null)
            return 0;
        BinaryPrimitives.WriteUInt16BigEndian(destination, Tag);
        return sizeof(ushort) + WriteCopy(record, destination[sizeof(ushort)..]);
    }

    internal override int WriteCopy(TRecord record, Span<byte> destination)
    {
        var length = _get(record) is { } text ? Encoding.UTF8.GetBytes(text, destination[sizeof(int)..]) : -1;
        BinaryPrimitives.WriteInt32BigEndian(destination, length);
        return sizeof(int) + Math.Max(length, 0);
    }

    internal override void Load(TRecord record, DbDataReader row, int column)
    {
        if (!row.IsDBNull(column))
            _set(record, row.GetString(column));
    }
}
