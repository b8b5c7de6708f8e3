using Npgsql;
using NpgsqlTypes;

namespace RideIngest.Storage.Outbox;

/// <summary>Reads and deletes the rows of a system's outbox.</summary>
internal sealed class WaitingEvents(NpgsqlConnection connection, string system)
{
    private const int PageEvents = 1000;
    private const int PageBytes = 8 << 20;

    // The first event of a page is included whatever its size.
    private const string Page =
        """
        select number, subject, key, event_id, payload, headers::text, created_at
        from (
          select *, sum(octet_length(payload)) over (order by number rows between unbounded preceding and 1 preceding) as before
          from (select * from ops.outbox where system = $1 and not (key = any($2)) order by number limit $3) as next) as page
        where before is null or before < $4
        order by number
        """;

    // The time range lets Postgres skip the partitions of other days.
    private const string Remove = "delete from ops.outbox where system = $1 and number = any($2) and created_at between $3 and $4";

    private const string Measure =
        """
        select count(*), min(created_at)
        from (select created_at from ops.outbox where system = $1 order by number limit 100000) as waiting
        """;

    /// <summary>Reads the oldest events in order, except those with the given keys.</summary>
    public async Task<List<WaitingEvent>> ReadAsync(IEnumerable<string> without, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Page, connection)
        {
            Parameters =
            {
                new NpgsqlParameter<string> { TypedValue = system },
                new NpgsqlParameter<string[]> { TypedValue = [.. without], NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text },
                new NpgsqlParameter<int> { TypedValue = PageEvents },
                new NpgsqlParameter<int> { TypedValue = PageBytes },
            },
        };
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var page = new List<WaitingEvent>();
        while (await row.ReadAsync(cancellationToken))
            page.Add(WaitingEvent.Read(row));
        return page;
    }

    public async Task RemoveAsync(IReadOnlyCollection<WaitingEvent> published, CancellationToken cancellationToken)
    {
        if (published.Count == 0)
            return;
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
        await command.ExecuteNonQueryAsync(cancellationToken);
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
