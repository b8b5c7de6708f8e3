using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace RideIngest.Records.Fields;

/// <summary>A field of a kind: its name in JSON, CSV and Postgres, and its valid values.</summary>
public abstract class Field
{
    private protected Field(string name, bool required)
    {
        Name = name;
        Required = required;
        Utf8Name = Encoding.UTF8.GetBytes(name);
        JsonName = Encoding.UTF8.GetBytes($",\"{name}\":");
        Tag = BinaryPrimitives.ReadUInt16BigEndian(SHA256.HashData(Utf8Name));
    }

    public string Name { get; }

    /// <summary>Other names under which the field is accepted. All names are case-insensitive.</summary>
    public IReadOnlyList<string> Aliases { get; private protected set; } = [];

    public bool Required { get; }

    public abstract FieldType Type { get; }

    public virtual double? Minimum => null;

    public virtual double? Maximum => null;

    public virtual int? MaxLength => null;

    /// <summary>A regular expression for the text, if its length is not the only limit.</summary>
    public virtual string? Pattern => null;

    /// <summary>The valid names, for an enum field.</summary>
    public virtual IReadOnlyList<string> Choices => [];

    /// <summary>The expected value, as the end of the sentence "must be …".</summary>
    public abstract string Expected { get; }

    internal byte[] Utf8Name { get; }

    internal byte[] JsonName { get; }

    /// <summary>Stands for the name in digests, so that neither the order of fields nor a new field changes existing digests.</summary>
    internal ushort Tag { get; }

    private protected const string Missing = "is required";

    private protected string Not(ReadOnlySpan<byte> given) => $"must be {Expected}, not {Excerpt.Of(given)}";

    private protected string NotAnyOf(string given) => $"must be {Expected}, not {given}";
}
