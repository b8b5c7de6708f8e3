using Dapper;
using Npgsql;
using RideIngest.Storage.Postgres;

namespace RideIngest.Storage.DeadLetters;

/// <summary>
/// Lists dead letters at a cost that does not grow with their number. A filter other than a key or a text is resolved to groups first,
/// which are few, and each group has its latest letters in an index.
/// </summary>
public sealed class DeadLetterSearch(NpgsqlDataSource database)
{
    private const string Whole =
        $"""
        select {DeadLetterRow.Columns}, ''::bytea as payload from ops.dead_letters where id = any(@ids) order by last_at desc, id desc
        """;

    /// <summary>Lists letters without their payloads, the latest failure first.</summary>
    /// <exception cref="StoreUnavailableException">Postgres is unavailable.</exception>
    public Task<DeadLetterPage> ListAsync(DeadLetterFilter filter, DeadLetterCursor? after, int limit) =>
        database.AskAsync(async connection =>
        {
            var (ids, next) = filter switch
            {
                { Text: not null } => await FindAsync(connection, filter, after, limit),
                { Key: null } when NamesGroups(filter) && await DeadLetterGroupRow.FindAsync(connection, filter) is { } groups =>
                    await OfGroupsAsync(connection, groups, filter, after, limit),
                _ => await LatestAsync(connection, Conditions(filter, after), limit),
            };
            var letters = (await connection.QueryAsync<DeadLetterRow>(Whole, new { ids })).Select(row => row.Kept).ToList();
            return new DeadLetterPage(letters, next);
        });

    private static bool NamesGroups(DeadLetterFilter filter) =>
        filter.System is not null || filter.Stage is not null || filter.Kind is not null || filter.Class is not null
        || filter.Code is not null || filter.Fingerprint is not null;

    private static DeadLetterConditions Conditions(DeadLetterFilter filter, DeadLetterCursor? after)
    {
        var conditions = new DeadLetterConditions(filter);
        if (after is { } cursor)
            conditions.After(cursor);
        return conditions;
    }

    private static async Task<(long[] Ids, DeadLetterCursor? Next)> OfGroupsAsync(
        NpgsqlConnection connection, List<DeadLetterGroupRow> groups, DeadLetterFilter filter, DeadLetterCursor? after, int limit)
    {
        var others = Conditions(new DeadLetterFilter { Owed = filter.Owed }, after);
        DeadLetterGroupRow.AddTo(others.Parameters, groups);
        others.Parameters.Add("limit", limit + 1);
        var letters = await connection.QueryAsync<(long, DateTime)>(
            $"""
            select page.id, page.last_at
            from unnest(@fingerprints, @states, @classes) as one (fingerprint, state, class)
            cross join lateral (
              select id, last_at from ops.dead_letters d
              where d.fingerprint = one.fingerprint and d.state = one.state and d.class = one.class {others.And}
              order by last_at desc, id desc limit @limit) as page
            order by page.last_at desc, page.id desc limit @limit
            """,
            others.Parameters);
        return Page(letters, limit);
    }

    private static async Task<(long[] Ids, DeadLetterCursor? Next)> LatestAsync(
        NpgsqlConnection connection, DeadLetterConditions conditions, int limit)
    {
        conditions.Parameters.Add("limit", limit + 1);
        var letters = await connection.QueryAsync<(long, DateTime)>(
            $"select id, last_at from ops.dead_letters {conditions.Where} order by last_at desc, id desc limit @limit",
            conditions.Parameters);
        return Page(letters, limit);
    }

    /// <summary>
    /// Searches the latest letters first. Of the others, the index finds a rare text; for another one, or without an index, some more are
    /// searched, and the page may have fewer letters than its limit.
    /// </summary>
    private static async Task<(long[] Ids, DeadLetterCursor? Next)> FindAsync(
        NpgsqlConnection connection, DeadLetterFilter filter, DeadLetterCursor? after, int limit)
    {
        var (found, last) = await ScanAsync(connection, filter, after, DeadLetterText.Window);
        if (found.Count > limit || last is null)
            return Page(found, limit);
        if (found.Count > DeadLetterText.Rare || !await DeadLetterText.HasIndexAsync(connection))
        {
            (found, last) = await ScanAsync(connection, filter, after, DeadLetterText.LargeWindow);
            return found.Count > limit ? Page(found, limit) : ([.. found.Select(letter => letter.Id)], last);
        }

        // Materialized, so that Postgres uses the index for the text, and not the one for the order.
        var conditions = Conditions(filter, after);
        conditions.Parameters.Add("limit", limit + 1);
        var all = await connection.QueryAsync<(long, DateTime)>(
            $"""
            with found as materialized (select id, last_at from ops.dead_letters {conditions.Where})
            select id, last_at from found order by last_at desc, id desc limit @limit
            """,
            conditions.Parameters);
        return Page(all, limit);
    }

    /// <summary>Searches the latest letters; returns the position behind them, or null if there are no more.</summary>
    private static async Task<(List<(long Id, DateTime LastAt)> Found, DeadLetterCursor? Last)> ScanAsync(
        NpgsqlConnection connection, DeadLetterFilter filter, DeadLetterCursor? after, int window)
    {
        // Only what has an index in this order bounds the window, so that it is found at once.
        var bounds = Conditions(new DeadLetterFilter { Key = filter.Key, State = filter.State }, after);
        var others = new DeadLetterConditions(filter with { Key = null, State = null });
        bounds.Parameters.AddDynamicParams(others.Parameters);
        bounds.Parameters.Add("window", window);
        var letters = (await connection.QueryAsync<(long Id, DateTime LastAt, bool Found)>(
            $"""
            select id, last_at, true {others.And} as found from (
              select * from ops.dead_letters {bounds.Where} order by last_at desc, id desc limit @window) as latest
            """,
            bounds.Parameters)).AsList();
        return (
            [.. letters.Where(letter => letter.Found).Select(letter => (letter.Id, letter.LastAt))],
            letters.Count < window ? null : new DeadLetterCursor(new DateTimeOffset(letters[^1].LastAt), letters[^1].Id));
    }

    /// <param name="letters">One more than the limit if there is another page.</param>
    private static (long[] Ids, DeadLetterCursor? Next) Page(IEnumerable<(long Id, DateTime LastAt)> letters, int limit)
    {
        var some = letters.ToList();
        return (
            [.. some.Take(limit).Select(letter => letter.Id)],
            some.Count > limit ? new DeadLetterCursor(new DateTimeOffset(some[limit - 1].LastAt), some[limit - 1].Id) : null);
    }
}
