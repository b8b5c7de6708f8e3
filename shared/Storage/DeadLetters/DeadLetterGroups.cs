using Dapper;
using Npgsql;
using RideIngest.Storage.Postgres;

namespace RideIngest.Storage.DeadLetters;

/// <summary>Groups dead letters by fingerprint, at a cost that does not grow with their number.</summary>
public sealed class DeadLetterGroups(NpgsqlDataSource database)
{
    /// <summary>The most letters of a group that are counted.</summary>
    public const int MostCounted = 10_000;

    private const string CountGroups =
        """
        select fingerprint, sum(counted)::bigint as count, min(first_at) as first_at
        from unnest(@fingerprints, @states, @classes) as one (fingerprint, state, class)
        cross join lateral (
          select count(*) as counted from (
            select from ops.dead_letters d
            where d.fingerprint = one.fingerprint and d.state = one.state and d.class = one.class limit @most) as these) as many
        cross join lateral (
          select first_at from ops.dead_letters d
          where d.fingerprint = one.fingerprint and d.state = one.state and d.class = one.class order by first_at limit 1) as oldest
        group by fingerprint
        """;

    /// <summary>Groups letters by fingerprint, the group with the latest failure first.</summary>
    /// <exception cref="StoreUnavailableException">Postgres is unavailable.</exception>
    public Task<DeadLetterGroupPage> ListAsync(DeadLetterFilter filter, DeadLetterCursor? after, int limit) =>
        database.AskAsync(async connection =>
        {
            if (filter is { Key: null, Text: null, Owed: null } && await DeadLetterGroupRow.FindAsync(connection, filter) is { } groups)
                return await CountAsync(connection, groups, after, limit);
            return await CountLatestAsync(connection, filter, after, limit);
        });

    private static async Task<DeadLetterGroupPage> CountAsync(
        NpgsqlConnection connection, List<DeadLetterGroupRow> groups, DeadLetterCursor? after, int limit)
    {
        var all = groups.GroupBy(group => group.Fingerprint)
            .Select(parts => (Latest: parts.MaxBy(part => (part.LastAt, part.Id))!, Parts: parts.ToList()))
            .OrderByDescending(group => (group.Latest.LastAt, group.Latest.Id))
            .Where(group => after is not { } cursor
                || (group.Latest.LastAt, group.Latest.Id).CompareTo((cursor.LastAt.UtcDateTime, cursor.Id)) < 0)
            .Take(limit + 1).ToList();
        var page = all.Take(limit).ToList();
        var parameters = new DynamicParameters();
        DeadLetterGroupRow.AddTo(parameters, [.. page.SelectMany(group => group.Parts)]);
        parameters.Add("most", MostCounted + 1);
        var counts = (await connection.QueryAsync<(string Fingerprint, long Count, DateTime FirstAt)>(CountGroups, parameters))
            .ToDictionary(count => count.Fingerprint);
        return new(
            [.. page.Select(group => group.Latest.Group(counts[group.Latest.Fingerprint].Count, counts[group.Latest.Fingerprint].FirstAt))],
            all.Count > limit ? page[^1].Latest.Cursor : null, IsWhole: true);
    }

    /// <summary>Groups only the latest letters, because there is no index of the others by group.</summary>
    private static async Task<DeadLetterGroupPage> CountLatestAsync(
        NpgsqlConnection connection, DeadLetterFilter filter, DeadLetterCursor? after, int limit)
    {
        var (conditions, counted) = (new DeadLetterConditions(filter with { Text = null }), MostCounted);
        var text = "true";
        if (filter.Text is not null)
        {
            (text, counted) = (DeadLetterText.Condition, DeadLetterText.Window);
            conditions.Parameters.Add("text", DeadLetterText.Pattern(filter.Text));
        }
        conditions.Parameters.Add("most", counted + 1);
        var rows = (await connection.QueryAsync<DeadLetterGroupRow>(
            $"""
            select fingerprint, state, class, id, last_at, system, stage, kind, code, message, first_at, {text} as found
            from (select * from ops.dead_letters {conditions.Where} order by last_at desc, id desc limit @most) as latest
            """,
            conditions.Parameters)).AsList();
        var all = rows.Take(counted).Where(row => row.Found).GroupBy(row => row.Fingerprint)
            .Select(group => group.First().Group(group.Count(), group.Min(row => row.FirstAt)))
            .Where(group => after is not { } cursor || (group.LastAt, group.Sample).CompareTo((cursor.LastAt, cursor.Id)) < 0)
            .Take(limit + 1).ToList();
        return new(
            [.. all.Take(limit)], all.Count > limit ? new DeadLetterCursor(all[limit - 1].LastAt, all[limit - 1].Sample) : null,
            IsWhole: rows.Count <= counted);
    }
}
