using Dapper;
using Npgsql;
using RideIngest.Storage.Outbox;
using RideIngest.Storage.Postgres;

namespace RideIngest.Storage.DeadLetters;

/// <summary>
/// The actions of operators on dead letters. A change of a letter's state, its row in <c>ops.dead_letter_actions</c>, and what is to be
/// published because of it are one commit; so of two operators the second is refused, and a process that is killed has done all or nothing.
/// </summary>
public sealed class DeadLetterActions(NpgsqlDataSource database)
{
    private const string History =
        """
        select a.id, letter, key, action, who, at, note, a.payload is not null as edited, a.payload
        from ops.dead_letter_actions a join ops.dead_letters d on d.id = letter
        where letter = @letter order by a.id
        """;

    private const string Audit =
        """
        select a.id, letter, key, action, who, at, note, a.payload is not null as edited, null::bytea as payload
        from ops.dead_letter_actions a join ops.dead_letters d on d.id = letter
        where (@after::bigint is null or a.id < @after) order by a.id desc limit @limit
        """;

    private const string Change = "update ops.dead_letters set state = @to where id = @id and state = @from";

    private const string Record =
        """
        insert into ops.dead_letter_actions (letter, action, who, note, payload) values (@id, @action, @by, @note, @payload)
        """;

    /// <summary>Closes an open letter, and hands what is to be published for it to an outbox.</summary>
    /// <param name="payload">What is sent instead of the letter's own payload; null for its own.</param>
    /// <param name="note">What people who read the history should know.</param>
    /// <exception cref="StoreUnavailableException">Postgres is unavailable; the action may be recorded.</exception>
    public Task<DeadLetterAnswer> ReplayAsync(
        long id, string by, OutboxTable outbox, IReadOnlyCollection<OutboxEvent> events, byte[]? payload = null, string? note = null) =>
        ActAsync(id, DeadLetterState.Open, DeadLetterState.Replayed, DeadLetterAction.Replayed, by, note, payload, (outbox, events));

    /// <summary>Closes an open letter without sending it. It is kept.</summary>
    /// <exception cref="StoreUnavailableException">Postgres is unavailable; the action may be recorded.</exception>
    public Task<DeadLetterAnswer> DiscardAsync(long id, string by, string reason) =>
        ActAsync(id, DeadLetterState.Open, DeadLetterState.Discarded, DeadLetterAction.Discarded, by, reason);

    /// <summary>Closes all letters that are open now and match the filter, without sending them; returns how many. They are kept.</summary>
    /// <exception cref="StoreUnavailableException">Postgres is unavailable; the actions may be recorded.</exception>
    public Task<long> DiscardAllAsync(DeadLetterFilter filter, string by, string reason)
    {
        var conditions = new DeadLetterConditions(filter with { State = DeadLetterState.Open });
        conditions.Parameters.Add("by", by);
        conditions.Parameters.Add("reason", reason);
        return database.AskAsync(async connection => (long)await connection.ExecuteAsync(new CommandDefinition(
            $"""
            with discarded as (update ops.dead_letters set state = 'discarded' {conditions.Where} returning id)
            insert into ops.dead_letter_actions (letter, action, who, note) select id, 'discarded', @by, @reason from discarded order by id
            """,
            conditions.Parameters, commandTimeout: 0)));
    }

    /// <summary>Opens a discarded letter again.</summary>
    /// <exception cref="StoreUnavailableException">Postgres is unavailable; the action may be recorded.</exception>
    public Task<DeadLetterAnswer> RestoreAsync(long id, string by) =>
        ActAsync(id, DeadLetterState.Discarded, DeadLetterState.Open, DeadLetterAction.Restored, by, null);

    /// <summary>Returns all actions on a letter, in order.</summary>
    /// <exception cref="StoreUnavailableException">Postgres is unavailable.</exception>
    public Task<IReadOnlyList<DeadLetterRecord>> HistoryAsync(long letter) => ReadAsync(History, new { letter });

    /// <summary>Lists the actions on all letters, the latest first, without payloads.</summary>
    /// <param name="after">The id of the action after which the list continues.</param>
    /// <exception cref="StoreUnavailableException">Postgres is unavailable.</exception>
    public Task<IReadOnlyList<DeadLetterRecord>> AuditAsync(long? after, int limit) => ReadAsync(Audit, new { after, limit });

    private Task<DeadLetterAnswer> ActAsync(
        long id, DeadLetterState from, DeadLetterState to, DeadLetterAction action, string by, string? note,
        byte[]? payload = null, (OutboxTable Table, IReadOnlyCollection<OutboxEvent> Events)? outbox = null) =>
        database.AskAsync(async connection =>
        {
            await using var transaction = await connection.BeginTransactionAsync();
            var (before, after) = (DeadLetterConditions.Word<DeadLetterState>(from), DeadLetterConditions.Word<DeadLetterState>(to));
            if (await connection.ExecuteAsync(Change, new { id, from = before, to = after }) == 0)
            {
                return await connection.ExecuteScalarAsync<bool>("select exists (select from ops.dead_letters where id = @id)", new { id })
                    ? DeadLetterAnswer.NotAllowed
                    : DeadLetterAnswer.NotFound;
            }
            var record = new { id, action = DeadLetterConditions.Word<DeadLetterAction>(action), by, note, payload };
            await connection.ExecuteAsync(Record, record);
            if (outbox is { } target)
                await target.Table.AddAsync(connection, target.Events);
            await transaction.CommitAsync();
            return DeadLetterAnswer.Done;
        });

    private Task<IReadOnlyList<DeadLetterRecord>> ReadAsync(string sql, object parameters) =>
        database.AskAsync<IReadOnlyList<DeadLetterRecord>>(
            async connection => [.. (await connection.QueryAsync<Row>(sql, parameters)).Select(row => row.Recorded)]);

    private sealed record Row(
        long Id, long Letter, string? Key, string Action, string Who, DateTime At, string? Note, bool Edited, byte[]? Payload)
    {
        public DeadLetterRecord Recorded => new(
            Id, Letter, Key, Enum.Parse<DeadLetterAction>(Action, ignoreCase: true), Who, new DateTimeOffset(At), Note, Edited, Payload);
    }
}
