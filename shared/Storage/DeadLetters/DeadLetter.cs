using System.Security.Cryptography;

namespace RideIngest.Storage.DeadLetters;

/// <summary>An accepted record, event or frame that a stage could not process, with what the stage knows about it.</summary>
public sealed record DeadLetter
{
    public required string System { get; init; }

    public required string Stage { get; init; }

    /// <summary>
    /// The subject on which it is sent again: the one on which it arrived, or in a fan-out the one for retries of its stage, because every
    /// stage would get it on the other.
    /// </summary>
    public required string Subject { get; init; }

    /// <summary>The name of the kind, as the sender wrote it.</summary>
    public required string Kind { get; init; }

    /// <summary>The id of the record or event; null if it has no readable id.</summary>
    public string? Key { get; init; }

    /// <summary>The digest of the record; if there is no record, that of the bytes (<see cref="DigestOf"/>).</summary>
    public required Guid Digest { get; init; }

    public required DeadLetterClass Class { get; init; }

    /// <summary>A SQLSTATE or one of our own codes.</summary>
    public required string Code { get; init; }

    /// <summary>The reason, for people.</summary>
    public required string Message { get; init; }

    /// <summary>The original bytes.</summary>
    public required ReadOnlyMemory<byte> Payload { get; init; }

    /// <summary>The original headers that are needed to send it again.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    /// <summary>The trace of the original request.</summary>
    public string? TraceId { get; init; }

    /// <summary>The number of attempts to process it.</summary>
    public int Attempts { get; init; } = 1;

    /// <summary>The number of records sent that it stands for. Each is owed to its sender until that is refused.</summary>
    public int Senders { get; init; } = 1;

    /// <summary>Equal for equal failures of different records.</summary>
    public string Fingerprint => DeadLetters.Fingerprint.Of(System, Stage, Kind, Code, Message);

    /// <summary>Computes the digest of bytes without a readable record.</summary>
    public static Guid DigestOf(ReadOnlySpan<byte> payload) => new(SHA256.HashData(payload).AsSpan(0, 16), bigEndian: true);
}

/// <summary>The party that has to act.</summary>
public enum DeadLetterClass
{
    /// <summary>The sender: the content cannot be read or breaks a rule.</summary>
    Poison,

    /// <summary>A third party, which refuses it.</summary>
    Partner,

    /// <summary>We: a fault of our own.</summary>
    System,
}
