using System.Security.Cryptography;
using RideIngest.Records.Kinds;

namespace RideIngest.Storage.DeadLetters;

/// <summary>A record that was accepted and could not be stored, kept with its reason.</summary>
/// <param name="Kind">The kind's name, as the sender gave it.</param>
/// <param name="RecordId">Null if what was sent has no id that could be read.</param>
/// <param name="Digest">The record's; or, of what could not be read as a record, that of its bytes (<see cref="DigestOf"/>).</param>
/// <param name="ErrorCode">A SQLSTATE, or a word of ours.</param>
/// <param name="Message">The reason, for people.</param>
/// <param name="Payload">The bytes as they came.</param>
/// <param name="TraceId">Of the request that brought it.</param>
/// <param name="Attempts">How often storing it was tried.</param>
public sealed record DeadLetter(
    string Kind, long? RecordId, Guid Digest, string ErrorCode, string Message, ReadOnlyMemory<byte> Payload, string? TraceId = null,
    int Attempts = 1)
{
    /// <summary>Stands for bytes that are no record.</summary>
    public static Guid DigestOf(ReadOnlySpan<byte> payload) => new(SHA256.HashData(payload).AsSpan(0, 16), bigEndian: true);
}
