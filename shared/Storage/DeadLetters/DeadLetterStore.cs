using Dapper;
using Npgsql;
using NpgsqlTypes;
using RideIngest.Records.Kinds;
using RideIngest.Storage.Batches;

namespace RideIngest.Storage.DeadLetters;

/// <summary>Keeps dead letters in <c>ops.dead_letters</c>: one per kind, record id and digest.</summary>
public sealed class DeadLetterStore(NpgsqlDataSource database)
{
    private const int PerTransaction = 1000;

    private const string Insert =
        """
        insert into ops.dead_letters as kept (kind, record_id, digest, error_code, message, payload, trace_id, attempts)
        values ($1, $2, $3, $4, $5, $6, $7, $8)
        on conflict (kind, coalesce(record_id, 0), digest) do update set
          error_code = excluded.error_code, message = excluded.message, trace_id = excluded.trace_id,
          attempts = kept.attempts + excluded.attempts, state = 'open', last_at = now()
        """;

    private const string Select =
        """
        select id, kind, record_id as RecordId, digest, error_code as ErrorCode, message, payload, trace_id as TraceId, attempts,
          state, first_at as FirstAt, last_at as LastAt
        from ops.dead_letters
        where kind = @kind and coalesce(record_id, 0) = @recordId and digest = @digest
        """;

    /// <summary>
    /// Keeps all of them. One that is kept already is opened again, with the newer reason, so that keeping them again is safe.
    /// </summary>
    /// <exception cref="StoreUnavailableException">They are not all kept; try again later.</exception>
    /// <exception cref="PostgresException">One of them is refused.</exception>
    public async Task AddAsync(IReadOnlyCollection<DeadLetter> letters, CancellationToken cancellationToken = default)
    {
        try
        {
            foreach (var some in letters.Chunk(PerTransaction))
            {
                await using var batch = database.CreateBatch();
                foreach (var letter in some)
                    batch.BatchCommands.Add(InsertOf(letter));
                await batch.ExecuteNonQueryAsync(cancellationToken);
            }
        }
        catch (Exception trouble) when (trouble is NpgsqlException or TimeoutException or IOException
            && !(trouble is PostgresException refused && RefusedRow.Is(refused)))
        {
            throw new StoreUnavailableException(trouble);
        }
    }

    /// <exception cref="StoreUnavailableException">Postgres is in trouble.</exception>
    public async Task<KeptDeadLetter?> FindAsync(string kind, long? recordId, Guid digest)
    {
        try
        {
            await using var connection = await database.OpenConnectionAsync();
            return (await connection.QuerySingleOrDefaultAsync<Row>(Select, new { kind, recordId = recordId ?? 0, digest }))?.Kept;
        }
        catch (Exception trouble) when (trouble is NpgsqlException or TimeoutException or IOException)
        {
            throw new StoreUnavailableException(trouble);
        }
    }

    private static NpgsqlBatchCommand InsertOf(DeadLetter letter) => new(Insert)
    {
        Parameters =
        {
            Text(letter.Kind),
            new NpgsqlParameter { Value = letter.RecordId ?? (object)DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bigint },
            new NpgsqlParameter<Guid> { TypedValue = letter.Digest },
            Text(letter.ErrorCode),
            Text(letter.Message),
            new NpgsqlParameter<ReadOnlyMemory<byte>> { TypedValue = letter.Payload, NpgsqlDbType = NpgsqlDbType.Bytea },
            Text(letter.TraceId),
            new NpgsqlParameter<int> { TypedValue = letter.Attempts },
        },
    };

    // Postgres' text cannot hold U+0000.
    private static NpgsqlParameter Text(string? text) =>
        new() { Value = text?.Replace('\0', '\uFFFD') ?? (object)DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text };

    private sealed record Row(
        long Id, string Kind, long? RecordId, Guid Digest, string ErrorCode, string Message, byte[] Payload, string? TraceId, int Attempts,
        string State, DateTime FirstAt, DateTime LastAt)
    {
        public KeptDeadLetter Kept => new(
            Id,
            new DeadLetter(Kind, RecordId, Digest, ErrorCode, Message, Payload, TraceId, Attempts),
            Enum.Parse<DeadLetterState>(State, ignoreCase: true),
            new DateTimeOffset(FirstAt),
            new DateTimeOffset(LastAt));
    }
}
