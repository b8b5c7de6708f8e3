using System.Text.Json;

namespace RideIngest.Storage.DeadLetters;

/// <summary>A row of <c>ops.dead_letters</c>, in the order of <see cref="Columns"/>.</summary>
internal sealed record DeadLetterRow(
    long Id, string System, string Stage, string Subject, string Kind, string? Key, Guid Digest, string Class, string Code, string Message,
    string Fingerprint, string Headers, string? TraceId, int Attempts, int Owed, string State, DateTime FirstAt, DateTime LastAt,
    int PayloadBytes, byte[] Payload)
{
    /// <summary>All columns except the payload.</summary>
    internal const string Columns =
        """
        id, system, stage, subject, kind, key, digest, class, code, message, fingerprint, headers::text as Headers,
          trace_id as TraceId, attempts, owed, state, first_at as FirstAt, last_at as LastAt, octet_length(payload) as PayloadBytes
        """;

    internal KeptDeadLetter Kept => new(
        Id,
        new DeadLetter
        {
            System = System,
            Stage = Stage,
            Subject = Subject,
            Kind = Kind,
            Key = Key,
            Digest = Digest,
            Class = Enum.Parse<DeadLetterClass>(Class, ignoreCase: true),
            Code = Code,
            Message = Message,
            Payload = Payload,
            Headers = JsonSerializer.Deserialize<Dictionary<string, string>>(Headers)!,
            TraceId = TraceId,
            Attempts = Attempts,
        },
        Fingerprint,
        PayloadBytes,
        Enum.Parse<DeadLetterState>(State, ignoreCase: true),
        new DateTimeOffset(FirstAt),
        new DateTimeOffset(LastAt),
        Owed);
}
