using System.Globalization;
using System.Text.Json;
using Dapper;
using Npgsql;
using RideIngest.Storage.Outbox;
using RideIngest.Storage.Postgres;

namespace RideIngest.Storage.DeadLetters;

/// <summary>
/// Replays of many letters. Which letters belong to one is decided when it is created. Each step is one commit: some letters are closed,
/// recorded, handed to the outbox, and taken off the list of those that wait. So a process that is killed forgets and repeats none, and any
/// process may take the next step.
/// </summary>
public sealed class DeadLetterReplays(NpgsqlDataSource database)
{
    private const int MostInStep = 500;
    private const int StepBytes = 8 << 20;

    // A stream that is full takes nothing; then replays wait, and single letters are not behind theirs.
    private const int MostWaiting = 2000;

    private static readonly TimeSpan UntilPublished = TimeSpan.FromSeconds(1);

    // At this many steps a second, a replay is even enough, and a step is worth its commit.
    private const int StepsPerSecond = 5;

    private const string Create =
        """
        insert into ops.replays (filter, rate, who) values (@filter::jsonb, @rate, @who) returning id
        """;

    private const string Count =
        """
        update ops.replays set total = @total, state = case when @total = 0 then 'finished' else 'running' end,
          finished_at = case when @total = 0 then now() end
        where id = @id
        """;

    private const string Find =
        """
        select id, filter::text as filter, rate, who, state, total, done, failed, skipped, created_at, finished_at
        from ops.replays where id = @id
        """;

    // Skips those in the hands of other processes.
    private const string Take =
        """
        select id, rate, who from ops.replays where state = 'running' and next_at <= now()
        order by next_at limit 1 for update skip locked
        """;

    private const string Next = "select min(next_at) - now() from ops.replays where state = 'running'";

    // The first letter of a step is included whatever its size.
    private const string Letters =
        """
        select letter
        from (
          select next.letter,
            sum(octet_length(payload)) over (order by next.letter rows between unbounded preceding and 1 preceding) as before
          from (select letter from ops.replay_letters where replay = @id order by letter limit @limit) as next
          left join ops.dead_letters d on d.id = next.letter) as step
        where before is null or before < @bytes
        """;

    private const string Open =
        $"""
        select {DeadLetterRow.Columns}, payload from ops.dead_letters where id = any(@letters) and state = 'open' order by id for update
        """;

    private const string Close =
        """
        with closed as (update ops.dead_letters set state = 'replayed' where id = any(@letters) returning id)
        insert into ops.dead_letter_actions (letter, action, who, note) select id, 'replayed', @who, @note from closed order by id
        """;

    private const string Advance = "delete from ops.replay_letters where replay = @id and letter = any(@letters)";

    // After a pause, a replay catches up by at most a second.
    private const string Report =
        """
        update ops.replays set done = done + @done, failed = failed + @failed, skipped = skipped + @skipped,
          next_at = greatest(next_at, now() - interval '1 second') + make_interval(secs => @taken / rate::float),
          state = case when done + failed + skipped + @taken < total then state else 'finished' end,
          finished_at = case when done + failed + skipped + @taken < total then null else now() end
        where id = @id
        """;

    private static readonly TableRights Rights = new("ops.replays", "select, insert, update");

    /// <summary>Counts the letters that a replay with this filter would have now.</summary>
    /// <exception cref="StoreUnavailableException">Postgres is unavailable.</exception>
    public Task<long> CountAsync(DeadLetterFilter filter)
    {
        var conditions = new DeadLetterConditions(filter with { State = DeadLetterState.Open });
        return database.AskAsync(connection => connection.ExecuteScalarAsync<long>(
            $"select count(*) from ops.dead_letters {conditions.Where}", conditions.Parameters));
    }

    /// <summary>Creates a replay of all letters that are open now and match the filter.</summary>
    /// <param name="written">The filter as its author wrote it.</param>
    /// <param name="rate">The most letters per second.</param>
    /// <exception cref="StoreUnavailableException">Postgres is unavailable; the replay may be created.</exception>
    public Task<(long Id, long Total)> CreateAsync(
        DeadLetterFilter filter, IReadOnlyDictionary<string, string> written, int rate, string who) => database.AskAsync(async connection =>
        {
            await using var transaction = await connection.BeginTransactionAsync();
            var id = await connection.ExecuteScalarAsync<long>(Create, new { filter = JsonSerializer.Serialize(written), rate, who });
            var conditions = new DeadLetterConditions(filter with { State = DeadLetterState.Open });
            conditions.Parameters.Add("replay", id);
            var total = (long)await connection.ExecuteAsync(new CommandDefinition(
                $"insert into ops.replay_letters (replay, letter) select @replay, id from ops.dead_letters {conditions.Where}",
                conditions.Parameters, commandTimeout: 0));
            await connection.ExecuteAsync(Count, new { id, total });
            await transaction.CommitAsync();
            return (id, total);
        });

    /// <exception cref="StoreUnavailableException">Postgres is unavailable.</exception>
    public Task<DeadLetterReplay?> FindAsync(long id) => database.AskAsync(
        async connection => (await connection.QuerySingleOrDefaultAsync<Row>(Find, new { id }))?.Replay);

    /// <summary>Takes a step of a replay whose turn it is.</summary>
    /// <param name="messages">
    /// Returns what is to be published for a letter; null if it cannot be, and stays open. If it throws, the step is undone.
    /// </param>
    /// <returns>The time until the next turn; null if no replay is running. No step is taken while the outbox is long.</returns>
    /// <exception cref="StoreUnavailableException">Postgres is unavailable; the step may be taken.</exception>
    public Task<TimeSpan?> StepAsync(
        OutboxTable outbox, Func<KeptDeadLetter, Task<IReadOnlyList<OutboxEvent>?>> messages, CancellationToken cancellationToken) =>
        database.AskAsync(async connection =>
        {
            if (await outbox.CountAsync(connection, MostWaiting, cancellationToken) == MostWaiting)
                return UntilPublished;
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            if (await connection.QuerySingleOrDefaultAsync<Turn>(Take) is { } turn)
                await StepAsync(connection, turn, outbox, messages, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            return await connection.ExecuteScalarAsync<TimeSpan?>(Next);
        });

    private static async Task StepAsync(
        NpgsqlConnection connection, Turn turn, OutboxTable outbox, Func<KeptDeadLetter, Task<IReadOnlyList<OutboxEvent>?>> messages,
        CancellationToken cancellationToken)
    {
        var limit = Math.Clamp(turn.Rate / StepsPerSecond, 1, MostInStep);
        var letters = (await connection.QueryAsync<long>(Letters, new { turn.Id, limit, bytes = StepBytes })).ToArray();
        var open = (await connection.QueryAsync<DeadLetterRow>(Open, new { letters })).Select(row => row.Kept).ToList();
        var events = new List<OutboxEvent>();
        var done = new List<long>(open.Count);
        foreach (var letter in open)
        {
            if (await messages(letter) is not { } some)
                continue;
            events.AddRange(some);
            done.Add(letter.Id);
        }
        var note = string.Create(CultureInfo.InvariantCulture, $"replay {turn.Id}");
        await connection.ExecuteAsync(Close, new { letters = done.ToArray(), turn.Who, note });
        await outbox.AddAsync(connection, events, cancellationToken);
        await connection.ExecuteAsync(Advance, new { turn.Id, letters });
        await connection.ExecuteAsync(Report, new
        {
            turn.Id,
            done = done.Count,
            failed = open.Count - done.Count,
            skipped = letters.Length - open.Count,
            taken = letters.Length,
        });
    }

    private sealed record Turn(long Id, int Rate, string Who);

    private sealed record Row(
        long Id, string Filter, int Rate, string Who, string State, long Total, long Done, long Failed, long Skipped, DateTime CreatedAt,
        DateTime? FinishedAt)
    {
        public DeadLetterReplay Replay => new(
            Id, JsonSerializer.Deserialize<Dictionary<string, string>>(Filter)!, Rate, Who,
            Enum.Parse<DeadLetterReplayState>(State, ignoreCase: true), Total, Done, Failed, Skipped, new DateTimeOffset(CreatedAt),
            FinishedAt is { } at ? new DateTimeOffset(at) : null);
    }
}

/// <summary>A replay of many letters.</summary>
/// <param name="Total">The number of letters that it began with.</param>
/// <param name="Done">Of these, replayed by it.</param>
/// <param name="Failed">Of these, those that cannot be published. They are open.</param>
/// <param name="Skipped">Of these, those that somebody else had closed before their turn.</param>
public sealed record DeadLetterReplay(
    long Id, IReadOnlyDictionary<string, string> Filter, int Rate, string Who, DeadLetterReplayState State, long Total, long Done,
    long Failed, long Skipped, DateTimeOffset CreatedAt, DateTimeOffset? FinishedAt);

public enum DeadLetterReplayState
{
    /// <summary>Letters wait for their turn.</summary>
    Running,

    /// <summary>Each letter had its turn.</summary>
    Finished,
}
