using System.Security.Cryptography;

namespace RideIngest.Storage.DeadLetters;

/// <summary>Something accepted that a stage could not process, with what the stage knows about it.</summary>
public sealed record DeadLetter
{
    public required string System { get; init; }

    public required string Stage { get; init; }

    /// <summary>Where it came from.</summary>
    public required string Subject { get; init; }

    /// <summary>The kind's name, as the sender gave it.</summary>
    public required string Kind { get; init; }

    /// <summary>A record's id or an event's; null if what was sent has none that could be read.</summary>
    public string? Key { get; init; }

    /// <summary>The record's; or, of what has none, that of its bytes (<see cref="DigestOf"/>).</summary>
    public required Guid Digest { get; init; }

    public required DeadLetterClass Class { get; init; }

    /// <summary>A SQLSTATE, or a word of ours.</summary>
    public required string Code { get; init; }

    /// <summary>The reason, for people.</summary>
    public required string Message { get; init; }

    /// <summary>The bytes as they came.</summary>
    public required ReadOnlyMemory<byte> Payload { get; init; }

    /// <summary>Those that it came with, as far as they are needed to send it again.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    /// <summary>Of the request that brought it.</summary>
    public string? TraceId { get; init; }

    /// <summary>How often processing it was tried.</summary>
    public int Attempts { get; init; } = 1;

    /// <summary>The same for equal failures, whatever record they are of.</summary>
    public string Fingerprint => DeadLetters.Fingerprint.Of(System, Stage, Kind, Code, Message);

    /// <summary>The digest of bytes that are no record.</summary>
    public static Guid DigestOf(ReadOnlySpan<byte> payload) => new(SHA256.HashData(payload).AsSpan(0, 16), bigEndian: true);
}

/// <summary>Who has to do something about it.</summary>
public enum DeadLetterClass
{
    /// <summary>It cannot be read, or breaks a rule.</summary>
    Poison,

    /// <summary>A third party refuses it.</summary>
    Partner,

    /// <summary>Our own fault.</summary>
    System,
}
