using System.Buffers.Binary;
using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace RideIngest.Contracts.Outcomes;

/// <summary>
/// Identifies an accepted record by its kind, id, content and place in the stream, so that any producer can look it up without a table. A
/// checksum detects receipts that were mistyped or made up.
/// </summary>
/// <param name="Sequence">The frame's sequence in the stream, or 0 if unknown.</param>
public sealed record Receipt(string Kind, long Id, Guid Digest, ulong Sequence)
{
    private const byte Version = 1;
    private const int Fixed = 1 + 8 + 16 + 8;
    private const int Check = 6;
    private const int LongestText = 400;

    /// <summary>The receipt as it is written in URLs.</summary>
    public override string ToString()
    {
        var kind = Encoding.UTF8.GetBytes(Kind);
        var bytes = new byte[Fixed + kind.Length + Check];
        bytes[0] = Version;
        BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(1), Id);
        Digest.TryWriteBytes(bytes.AsSpan(9), bigEndian: true, out _);
        BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(25), Sequence);
        kind.CopyTo(bytes, Fixed);
        CheckOf(bytes.AsSpan(0, bytes.Length - Check)).CopyTo(bytes.AsSpan(bytes.Length - Check));
        return Base64Url.EncodeToString(bytes);
    }

    public static bool TryParse(string? text, [NotNullWhen(true)] out Receipt? receipt)
    {
        receipt = null;
        if (text is null || text.Length > LongestText || !Base64Url.IsValid(text, out var length) || length <= Fixed + Check)
            return false;
        ReadOnlySpan<byte> bytes = Base64Url.DecodeFromChars(text);
        var content = bytes[..^Check];
        if (content[0] != Version || !CheckOf(content).SequenceEqual(bytes[^Check..]))
            return false;
        receipt = new Receipt(
            Encoding.UTF8.GetString(content[Fixed..]),
            BinaryPrimitives.ReadInt64BigEndian(content[1..]),
            new Guid(content.Slice(9, 16), bigEndian: true),
            BinaryPrimitives.ReadUInt64BigEndian(content[25..]));
        return true;
    }

    private static ReadOnlySpan<byte> CheckOf(ReadOnlySpan<byte> content)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData("RideIngest receipt"u8);
        hash.AppendData(content);
        return hash.GetHashAndReset().AsSpan(0, Check);
    }
}
