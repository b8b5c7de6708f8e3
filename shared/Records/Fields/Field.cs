using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace RideIngest.Records.Fields;

/// <summary>One field of a kind: its name in JSON, CSV and Postgres, and what it may hold.</summary>
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

    /// <summary>The JSON name, the CSV column and the column in Postgres.</summary>
    public string Name { get; }

    /// <summary>Other names by which it may enter. Case never matters.</summary>
    public IReadOnlyList<string> Aliases { get; private protected set; } = [];

    public bool Required { get; }

    public abstract FieldType Type { get; }

    public virtual double? Minimum => null;

    public virtual double? Maximum => null;

    public virtual int? MaxLength => null;

    /// <summary>A regular expression that describes the text, if there is more to it than its length.</summary>
    public virtual string? Pattern => null;

    /// <summary>The names that the field may hold, if they are few.</summary>
    public virtual IReadOnlyList<string> Choices => [];

    /// <summary>What it must be, as the end of the sentence "must be …".</summary>
    public abstract string Expected { get; }

    internal byte[] Utf8Name { get; }

    internal byte[] JsonName { get; }

    /// <summary>
    /// Stands for the name in digests; so neither the order of the fields nor a new one changes the digest of what exists.
    /// </summary>
    internal ushort Tag { get; }

    private protected const string Missing = "is required";

    private protected string Not(ReadOnlySpan<byte> given) => $"must be {Expected}, not {Excerpt.Of(given)}";

    private protected string NotAnyOf(string given) => $"must be {Expected}, not {given}";
}
