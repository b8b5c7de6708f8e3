using Dapper;
using Npgsql;
using RideIngest.Storage.Postgres;

namespace RideIngest.Storage.DeadLetters;

/// <summary>
/// Keeps the dead letters of all systems in <c>ops.dead_letters</c>: one per system, stage, kind, key and digest. Every change of a
/// letter's state adds a row to <c>ops.dead_letter_actions</c> in the same transaction.
/// </summary>
public sealed class DeadLetterStore(NpgsqlDataSource database)
{
    private const int PerTransaction = 1000;

    private const string ByContent =
        $"""
        select {DeadLetterRow.Columns}, payload
        from ops.dead_letters
        where system = @system and stage = @stage and kind = @kind and coalesce(key, '') = coalesce(@key, '') and digest = @digest
        """;

    private const string ById = $"select {DeadLetterRow.Columns}, payload from ops.dead_letters where id = @id";

    // Bounded, because nobody may close them for long.
    private const string CountOpen =
        """
        select system, count(*)
        from (select system from ops.dead_letters where state = 'open' order by last_at desc, id desc limit 10000) as latest
        group by system
        """;

    private static readonly TableRights Rights = new("ops.dead_letters", "select, insert, update");

    private const string Refuse =
        """
        update ops.dead_letters as kept set owed = greatest(kept.owed - refused.times, 0)
        from (
          select key, digest, count(*)::integer as times from unnest($4::text[], $5::uuid[]) as one (key, digest) group by key, digest
        ) as refused
        where kept.system = $1 and kept.stage = $2 and kept.kind = $3
          and coalesce(kept.key, '') = refused.key and kept.digest = refused.digest
        """;

    /// <summary>Keeps all letters. Keeping a letter again is safe: it is reopened with the newer reason.</summary>
    /// <exception cref="StoreUnavailableException">Some letters may not be kept; retry later.</exception>
    /// <exception cref="PostgresException">Postgres refuses a letter.</exception>
    public async Task AddAsync(IReadOnlyCollection<DeadLetter> letters, CancellationToken cancellationToken = default)
    {
        try
        {
            foreach (var some in letters.Chunk(PerTransaction))
            {
                await using var batch = database.CreateBatch();
                foreach (var letter in some)
                    batch.BatchCommands.Add(DeadLetterInsert.Of(letter));
                await batch.ExecuteNonQueryAsync(cancellationToken);
            }
        }
        catch (Exception trouble) when (IsTrouble(trouble) && !(trouble is PostgresException refused && RefusedRow.Is(refused)))
        {
            throw new StoreUnavailableException(database, Rights, trouble);
        }
    }

    /// <summary>
    /// Records that a sender of each record was refused, so that the letter is no longer owed to that sender. Not safe to repeat.
    /// </summary>
    /// <exception cref="StoreUnavailableException">Postgres is unavailable; it may be recorded.</exception>
    public async Task RefusedAsync(string system, string stage, string kind, IReadOnlyCollection<(string Key, Guid Digest)> records)
    {
        try
        {
            await using var refuse = database.CreateCommand(Refuse);
            foreach (var name in (string[])[system, stage, kind])
                refuse.Parameters.Add(new NpgsqlParameter<string> { TypedValue = name });
            refuse.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. records.Select(record => record.Key)] });
            refuse.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [.. records.Select(record => record.Digest)] });
            await refuse.ExecuteNonQueryAsync();
        }
        catch (Exception trouble) when (IsTrouble(trouble))
        {
            throw new StoreUnavailableException(database, Rights, trouble);
        }
    }

    /// <exception cref="StoreUnavailableException">Postgres is unavailable.</exception>
    public Task<KeptDeadLetter?> FindAsync(string system, string stage, string kind, string? key, Guid digest) => AskAsync(
        async connection => (await connection.QuerySingleOrDefaultAsync<DeadLetterRow>(
            ByContent,
            new { system, stage, kind = DeadLetterInsert.Indexed(kind), key = DeadLetterInsert.Indexed(key), digest }))?.Kept);

    /// <exception cref="StoreUnavailableException">Postgres is unavailable.</exception>
    public Task<KeptDeadLetter?> FindAsync(long id) => AskAsync(
        async connection => (await connection.QuerySingleOrDefaultAsync<DeadLetterRow>(ById, new { id }))?.Kept);

    /// <summary>Counts the latest 10,000 open letters by system. A system without any is left out.</summary>
    /// <exception cref="StoreUnavailableException">Postgres is unavailable.</exception>
    public Task<IReadOnlyDictionary<string, long>> CountOpenAsync() => AskAsync<IReadOnlyDictionary<string, long>>(
        async connection => (await connection.QueryAsync<(string System, long Letters)>(CountOpen))
            .ToDictionary(open => open.System, open => open.Letters));

    private async Task<T> AskAsync<T>(Func<NpgsqlConnection, Task<T>> ask)
    {
        try
        {
            await using var connection = await database.OpenConnectionAsync();
            return await ask(connection);
        }
        catch (Exception trouble) when (IsTrouble(trouble))
        {
            throw new StoreUnavailableException(database, Rights, trouble);
        }
    }

    private static bool IsTrouble(Exception e) => e is NpgsqlException or TimeoutException or IOException;
}
