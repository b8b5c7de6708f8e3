using System.Data.Common;
using System.Text.Json;

namespace RideIngest.Records.Fields;

/// <summary>
/// A field of <typeparamref name="TRecord"/>. Methods that read return the problem or null; methods that write return the number of bytes
/// written, 0 for an absent value.
/// </summary>
public abstract class Field<TRecord> : Field
    where TRecord : class
{
    private const int Scratch = 512;

    private protected Field(string name, bool required)
        : base(name, required)
    {
    }

    /// <summary>Adds further names under which the field is accepted.</summary>
    public Field<TRecord> Alias(params string[] names)
    {
        Aliases = names;
        return this;
    }

    /// <summary>Sets the value from text: a CSV cell or the content of a JSON string.</summary>
    internal abstract string? Parse(ReadOnlySpan<byte> text, TRecord record);

    /// <summary>Sets the value from the current JSON token, and leaves the reader at the end of that value.</summary>
    internal string? Read(ref Utf8JsonReader reader, TRecord record)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.Null:
                return Required ? Missing : null;
            case JsonTokenType.StartObject:
                reader.Skip();
                return NotAnyOf("an object");
            case JsonTokenType.StartArray:
                reader.Skip();
                return NotAnyOf("an array");
            case JsonTokenType.String:
                return reader.ValueIsEscaped ? ParseEscaped(ref reader, record) : Parse(reader.ValueSpan, record);
            default:
                return TakesLiteral(reader.ValueSpan)
                    ? Parse(reader.ValueSpan, record)
                    : NotAnyOf($"the JSON value {Excerpt.Of(reader.ValueSpan)}");
        }
    }

    /// <summary>Whether a JSON number, true or false is accepted; text fields accept JSON strings only.</summary>
    private protected virtual bool TakesLiteral(ReadOnlySpan<byte> literal) => true;

    /// <summary>The most bytes that the value takes as JSON, without its name.</summary>
    internal abstract int LargestJson { get; }

    internal abstract int LargestDigest { get; }

    internal abstract int LargestCopy { get; }

    internal abstract int WriteJson(TRecord record, Span<byte> destination);

    internal abstract int WriteDigest(TRecord record, Span<byte> destination);

    /// <summary>Writes a column of a binary COPY row: the length, −1 for null, then the value.</summary>
    internal abstract int WriteCopy(TRecord record, Span<byte> destination);

    internal abstract void Load(TRecord record, DbDataReader row, int column);

    /// <summary>Whether the text is absent: the export writes NULL or nothing.</summary>
    private protected static bool IsNull(ReadOnlySpan<byte> text) =>
        text.IsEmpty || (text.Length == 4 && (text[0] | 0x20) == 'n' && System.Text.Ascii.EqualsIgnoreCase(text, "NULL"u8));

    private string? ParseEscaped(ref Utf8JsonReader reader, TRecord record)
    {
        if (reader.ValueSpan.Length > Math.Max(Scratch, (MaxLength ?? 0) * 6))
            return Not(reader.ValueSpan);
        Span<byte> text = new byte[reader.ValueSpan.Length];
        try
        {
            return Parse(text[..reader.CopyString(text)], record);
        }
        catch (InvalidOperationException)
        {
            return "holds a \\u escape that is half of a character";
        }
    }
}
