using System.Diagnostics;
using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using RideIngest.Contracts.Frames;

namespace RideIngest.Storage.Outbox;

/// <summary>
/// Writes events to a system's outbox in the transaction that causes them. A commit wakes the system's relay once, however many events it
/// has.
/// </summary>
public sealed class OutboxTable(string system)
{
    // Numbers follow the order of the events.
    private const string Insert =
        """
        insert into ops.outbox (system, subject, key, event_id, payload, headers)
        select $1, subject, key, event_id, payload, headers::jsonb
        from unnest($2, $3, $4, $5, $6) with ordinality as event (subject, key, event_id, payload, headers, position)
        order by position
        """;

    /// <summary>The channel that the relay listens on.</summary>
    internal static string Channel(string system) => $"outbox_{system}";

    /// <summary>
    /// Adds events in the connection's current transaction, if any. Events with the same key are published in commit order, if one commit
    /// follows the other, and within a commit in the order added. Events without a trace get the current one.
    /// </summary>
    /// <exception cref="PostgresException">No event was added, and the transaction has failed.</exception>
    public async Task AddAsync(
        NpgsqlConnection connection, IReadOnlyCollection<OutboxEvent> events, CancellationToken cancellationToken = default)
    {
        if (events.Count == 0)
            return;
        await using var batch = new NpgsqlBatch(connection);

        // The relay relies on it that a transaction has its id before its numbers.
        batch.BatchCommands.Add(new NpgsqlBatchCommand("select pg_current_xact_id()"));
        batch.BatchCommands.Add(new NpgsqlBatchCommand(Insert)
        {
            Parameters =
            {
                new NpgsqlParameter<string> { TypedValue = system },
                Array(events.Select(item => item.Subject), NpgsqlDbType.Text),
                Array(events.Select(item => item.Key), NpgsqlDbType.Text),
                Array(events.Select(item => item.Id), NpgsqlDbType.Text),
                Array(events.Select(item => item.Payload), NpgsqlDbType.Bytea),
                Array(events.Select(Headers), NpgsqlDbType.Text),
            },
        });
        batch.BatchCommands.Add(new NpgsqlBatchCommand("select pg_notify($1, '')")
        {
            Parameters = { new NpgsqlParameter<string> { TypedValue = Channel(system) } },
        });
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Counts the events that wait to be published, up to a limit.</summary>
    public async Task<long> CountAsync(NpgsqlConnection connection, int most, CancellationToken cancellationToken = default)
    {
        await using var count = new NpgsqlCommand(
            "select count(*) from (select from ops.outbox where system = $1 limit $2) as waiting", connection)
        {
            Parameters = { new NpgsqlParameter<string> { TypedValue = system }, new NpgsqlParameter<int> { TypedValue = most } },
        };
        return (long)(await count.ExecuteScalarAsync(cancellationToken))!;
    }

    private static NpgsqlParameter<T[]> Array<T>(IEnumerable<T> values, NpgsqlDbType type) =>
        new() { TypedValue = [.. values], NpgsqlDbType = NpgsqlDbType.Array | type };

    private static string Headers(OutboxEvent item)
    {
        if (Activity.Current is not { IdFormat: ActivityIdFormat.W3C } current || item.Headers.ContainsKey(FrameHeaders.TraceParent))
            return JsonSerializer.Serialize(item.Headers);
        var traced = new Dictionary<string, string>(item.Headers) { [FrameHeaders.TraceParent] = current.Id! };
        if (current.TraceStateString is { Length: > 0 } state)
            traced[FrameHeaders.TraceState] = state;
        return JsonSerializer.Serialize(traced);
    }
}
