using Dapper;
using Npgsql;

namespace RideIngest.CheckIn.Deliveries;

/// <summary>Keeps deliveries that are not done, and what all processes know of each destination.</summary>
internal sealed class DueTable(NpgsqlDataSource database)
{
    private const string Find =
        """
        select event_id as EventId, state, attempts, until > now() as IsHeld, code, answer, replay from checkin.due
        where destination = @destination and event_id = any (@ids)
        """;

    // A dead letter that is replayed begins anew.
    private const string Begin =
        """
        update checkin.due as due set state = 'waiting', attempts = 0, code = null, answer = null, replay = given.replay
        from unnest(@ids, @replays) as given (id, replay)
        where destination = @destination and event_id = given.id and due.replay is distinct from given.replay
          and state <> 'sending'
        """;

    // Turns that a crash of Postgres forgets are taken again.
    private const string Loosely = "set local synchronous_commit = off";

    // All processes go by the clock of Postgres, which is read once the row is locked.
    private const string Lock =
        """
        set local idle_in_transaction_session_timeout = '5s';
        insert into checkin.destinations (name) values (@destination) on conflict do nothing;
        select failures, last_event as LastEvent, open_until as OpenUntil, successes, changed_at as ChangedAt, reason,
          next_call as NextCall, lowered_rate as LoweredRate, lowered_until as LoweredUntil, clock_timestamp() as Now
        from (select * from checkin.destinations where name = @destination for update) as locked
        """;

    private const string Claim =
        """
        update checkin.due set state = 'sending', until = now() + @Patience
        where destination = @destination and event_id = any (@ids) and state in ('waiting', 'retrying')
        returning event_id
        """;

    // Where keys are not honoured, another process may have declared a delivery dead, if this one is late. That stays.
    private const string Settle =
        """
        update checkin.due as due
        set state = given.state, attempts = given.attempts, code = given.code, answer = given.answer, until = null
        from unnest(@ids, @states, @attempts, @codes, @answers) as given (id, state, attempts, code, answer)
        where destination = @destination and event_id = given.id and (@HonoursKeys or due.state = 'sending')
        """;

    private const string Done = "delete from checkin.due where destination = @destination and event_id = any (@done)";

    private const string Lose =
        """
        update checkin.due set state = 'dead', code = @code, answer = @answer
        where destination = @destination and event_id = any (@ids) and state = 'sending' and until <= now()
        returning event_id
        """;

    private const string Save =
        """
        update checkin.destinations
        set failures = @Failures, last_event = @LastEvent, open_until = @OpenUntil, successes = @Successes, changed_at = @ChangedAt,
          reason = @Reason, next_call = @NextCall, lowered_rate = @LoweredRate, lowered_until = @LoweredUntil,
          delivered = delivered + @delivered
        where name = @destination
        """;

    public async Task<Dictionary<Guid, DueRow>> FindAsync(string destination, Guid[] ids, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var rows = await connection.QueryAsync<DueRow>(new CommandDefinition(
            Find, new { destination, ids }, cancellationToken: cancellationToken));
        return rows.ToDictionary(row => row.EventId);
    }

    public async Task BeginAgainAsync(
        string destination, IReadOnlyList<(Guid Id, string Replay)> replays, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(
            Begin,
            new { destination, ids = replays.Select(one => one.Id).ToArray(), replays = replays.Select(one => one.Replay).ToArray() },
            cancellationToken: cancellationToken));
    }

    /// <summary>Takes turns for calls.</summary>
    public Task<Turns> TakeAsync(
        Destination destination, IReadOnlyList<Guid> events, TimeSpan pause, CancellationToken cancellationToken) =>
        ChangeAsync(
            destination.Name,
            (state, now) => state.Take(now, events, destination.Rate, pause, destination.Patience),
            more: null,
            cancellationToken);

    /// <summary>
    /// Marks deliveries as being sent, before the call: after a crash, whether it had an effect is not known. Returns those that no other
    /// process sends.
    /// </summary>
    public async Task<HashSet<Guid>> ClaimAsync(Destination destination, Guid[] ids, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return [.. await connection.QueryAsync<Guid>(new CommandDefinition(
            Claim, new { destination = destination.Name, ids, destination.Patience }, cancellationToken: cancellationToken))];
    }

    /// <summary>Keeps the ends of calls. Returns whether the breaker opened or closed by them.</summary>
    /// <param name="rest">The rows of those that are not done, as they are to be kept.</param>
    public Task<(DestinationState Before, DestinationState After)> SettleAsync(
        Destination destination, IReadOnlyList<(Guid Event, Delivery Delivery)> ended, IReadOnlyList<DueRow> rest, TimeSpan pause,
        CancellationToken cancellationToken)
    {
        var name = destination.Name;
        var done = ended.Where(one => one.Delivery.End == DeliveryEnd.Done).Select(one => one.Event).ToArray();
        return ChangeAsync(
            name,
            (state, now) =>
            {
                var after = state.After(now, ended, destination.Rate, pause);
                return ((state, after), after);
            },
            connection => connection.ExecuteAsync(new CommandDefinition(
                Settle,
                new
                {
                    destination = name,
                    ids = rest.Select(row => row.EventId).ToArray(),
                    states = rest.Select(row => row.State).ToArray(),
                    attempts = rest.Select(row => row.Attempts).ToArray(),
                    codes = rest.Select(row => row.Code).ToArray(),
                    answers = rest.Select(row => row.Answer).ToArray(),
                    destination.HonoursKeys,
                },
                cancellationToken: cancellationToken)),
            cancellationToken,
            done);
    }

    /// <summary>
    /// Marks deliveries as dead whose process ended before it knew the answer. Returns those that are: the process may have known it after
    /// all.
    /// </summary>
    public async Task<HashSet<Guid>> LoseAsync(
        string destination, Guid[] ids, string code, string answer, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return [.. await connection.QueryAsync<Guid>(new CommandDefinition(
            Lose, new { destination, ids, code, answer }, cancellationToken: cancellationToken))];
    }

    private async Task<T> ChangeAsync<T>(
        string destination, Func<DestinationState, DateTimeOffset, (T Result, DestinationState After)> change,
        Func<NpgsqlConnection, Task>? more, CancellationToken cancellationToken, Guid[]? done = null)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (more is not null)
            await more(connection);
        else
            await connection.ExecuteAsync(Loosely);

        // What was delivered before, by a call that was repeated, counts once.
        var delivered = done is not { Length: > 0 } ? 0 : await connection.ExecuteAsync(new CommandDefinition(
            Done, new { destination, done }, cancellationToken: cancellationToken));
        var (before, now) = (await connection.QueryAsync<DestinationState, DateTime, (DestinationState, DateTime)>(
            new CommandDefinition(Lock, new { destination }, cancellationToken: cancellationToken), static (state, read) => (state, read),
            splitOn: "Now")).Single();
        var (result, after) = change(before, new DateTimeOffset(now));
        if (after != before || delivered > 0)
        {
            await connection.ExecuteAsync(new CommandDefinition(
                Save,
                new
                {
                    after.Failures,
                    after.LastEvent,
                    after.OpenUntil,
                    after.Successes,
                    after.ChangedAt,
                    after.Reason,
                    after.NextCall,
                    after.LoweredRate,
                    after.LoweredUntil,
                    delivered,
                    destination,
                },
                cancellationToken: cancellationToken));
        }
        await transaction.CommitAsync(cancellationToken);
        return result;
    }
}
