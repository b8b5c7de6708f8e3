using Npgsql;
using NpgsqlTypes;

namespace RideIngest.Storage.Outbox;

/// <summary>Reads and deletes the rows of a system's outbox.</summary>
internal sealed class WaitingEvents(NpgsqlConnection connection, string system)
{
    private const int PageEvents = 2000;
    private const int PageBytes = 8 << 20;

    // The first event of a page is included whatever its size.
    private const string Page =
        """
        select number, subject, key, event_id, payload, headers::text, created_at
        from (
          select *, sum(octet_length(payload)) over (order by number rows between unbounded preceding and 1 preceding) as before
          from (
            select * from ops.outbox where system = $1 and number > $5 and not (key = any($2)) order by number limit $3) as next) as page
        where before is null or before < $4
        order by number
        """;

    private const string Ended = "select pg_snapshot_xmin(pg_current_snapshot())::text::bigint";

    // The time range lets Postgres skip the partitions of other days. The id is taken after the page was read; a snapshot's xmax would not
    // do, which is the id after the last transaction that has ended: greater ones may have begun.
    private const string Remove =
        """
        with removed as (
          delete from ops.outbox where system = $1 and number = any($2) and created_at between $3 and $4 returning 1)
        insert into ops.outbox_totals as total (system, published) select $1, count(*) from removed
        on conflict (system) do update set published = total.published + excluded.published
        returning pg_current_xact_id()::text::bigint
        """;

    private const string Measure =
        """
        select count(*), min(created_at)
        from (select created_at from ops.outbox where system = $1 order by number limit 100000) as waiting
        """;

    /// <summary>Reads the oldest events after a number in order, except those with the given keys.</summary>
    public async Task<WaitingPage> ReadAsync(long after, IEnumerable<string> without, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                new NpgsqlBatchCommand(Ended),
                new NpgsqlBatchCommand(Page)
                {
                    Parameters =
                    {
                        new NpgsqlParameter<string> { TypedValue = system },
                        new NpgsqlParameter<string[]> { TypedValue = [.. without], NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text },
                        new NpgsqlParameter<int> { TypedValue = PageEvents },
                        new NpgsqlParameter<int> { TypedValue = PageBytes },
                        new NpgsqlParameter<long> { TypedValue = after },
                    },
                },
            },
        };
        await using var row = await batch.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        var ended = row.GetInt64(0);
        await row.NextResultAsync(cancellationToken);
        var events = new List<WaitingEvent>();
        while (await row.ReadAsync(cancellationToken))
            events.Add(WaitingEvent.Read(row));
        return new(events, ended);
    }

    /// <summary>
    /// Deletes events that are published. Returns the id of its transaction: those with a greater one begin after the page was read.
    /// </summary>
    public async Task<long> RemoveAsync(IReadOnlyCollection<WaitingEvent> published, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Remove, connection)
        {
            Parameters =
            {
                new NpgsqlParameter<string> { TypedValue = system },
                new NpgsqlParameter<long[]> { TypedValue = [.. published.Select(item => item.Number)] },
                new NpgsqlParameter<DateTime> { TypedValue = published.Min(item => item.CreatedAt) },
                new NpgsqlParameter<DateTime> { TypedValue = published.Max(item => item.CreatedAt) },
            },
        };
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>Returns the number of events, counted up to 100,000, and the time of the oldest.</summary>
    public async Task<(long Count, DateTimeOffset? Oldest)> MeasureAsync(CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Measure, connection)
        {
            Parameters = { new NpgsqlParameter<string> { TypedValue = system } },
        };
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        return (row.GetInt64(0), await row.GetFieldValueAsync<DateTimeOffset?>(1, cancellationToken));
    }
}

/// <summary>A page of waiting events.</summary>
/// <param name="EndedBefore">All transactions with a lower id had ended before it was read, so it shows what they added.</param>
internal sealed record WaitingPage(List<WaitingEvent> Events, long EndedBefore);
