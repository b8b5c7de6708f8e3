using System.Text.Json;
using Npgsql;
using NpgsqlTypes;

namespace RideIngest.Storage.DeadLetters;

/// <summary>The statement that keeps a dead letter or reopens it.</summary>
internal static class DeadLetterInsert
{
    // An index entry is limited to a few thousand bytes.
    private const int LongestIndexed = 200;

    private const string Sql =
        """
        insert into ops.dead_letters as kept
          (system, stage, subject, kind, key, digest, class, code, message, fingerprint, payload, headers, trace_id, attempts, owed)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
        on conflict (system, stage, kind, coalesce(key, ''), digest) do update set
          subject = excluded.subject, class = excluded.class, code = excluded.code, message = excluded.message,
          fingerprint = excluded.fingerprint, headers = excluded.headers, trace_id = excluded.trace_id,
          attempts = kept.attempts + excluded.attempts, owed = kept.owed + excluded.owed, state = 'open', last_at = now()
        """;

    public static NpgsqlBatchCommand Of(DeadLetter letter) => new(Sql)
    {
        Parameters =
        {
            Text(letter.System),
            Text(letter.Stage),
            Text(letter.Subject),
            Text(Indexed(letter.Kind)),
            Text(Indexed(letter.Key)),
            new NpgsqlParameter<Guid> { TypedValue = letter.Digest },
            Text(letter.Class.ToString().ToLowerInvariant()),
            Text(letter.Code),
            Text(letter.Message),
            Text(letter.Fingerprint),
            new NpgsqlParameter<ReadOnlyMemory<byte>> { TypedValue = letter.Payload, NpgsqlDbType = NpgsqlDbType.Bytea },
            new NpgsqlParameter { Value = Json(letter.Headers), NpgsqlDbType = NpgsqlDbType.Jsonb },
            Text(letter.TraceId),
            new NpgsqlParameter<int> { TypedValue = letter.Attempts },
            new NpgsqlParameter<int> { TypedValue = letter.Senders },
        },
    };

    /// <summary>Shortens a kind or a key for the index, without splitting a surrogate pair, which could not be encoded.</summary>
    internal static string? Indexed(string? text) => text is null || text.Length <= LongestIndexed
        ? text
        : text[..(char.IsHighSurrogate(text[LongestIndexed - 1]) ? LongestIndexed - 1 : LongestIndexed)];

    private static NpgsqlParameter Text(string? text) =>
        new() { Value = text is null ? DBNull.Value : Storable(text), NpgsqlDbType = NpgsqlDbType.Text };

    private static string Json(IReadOnlyDictionary<string, string> headers) =>
        JsonSerializer.Serialize(headers.ToDictionary(header => Storable(header.Key), header => Storable(header.Value)));

    // Postgres' text and jsonb cannot hold U+0000.
    private static string Storable(string text) => text.Replace('\0', '\uFFFD');
}
