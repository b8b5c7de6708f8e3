using Dapper;
using Npgsql;

namespace RideIngest.Storage.DeadLetters;

/// <summary>The letters of one fingerprint, state and class, with what they have in common, by the latest one.</summary>
internal sealed record DeadLetterGroupRow
{
    // With more groups, their letters are looked for without them.
    private const int MostGroups = 2000;

    // Finds each group by the one before it, and what it has in common by its latest letter.
    private const string All =
        """
        with recursive
          step as (
            (select fingerprint, state, class from ops.dead_letters order by fingerprint, state, class limit 1)
            union all
            select next.* from step cross join lateral (
              select fingerprint, state, class from ops.dead_letters
              where (fingerprint, state, class) > (step.fingerprint, step.state, step.class)
              order by fingerprint, state, class limit 1) as next
          ),
          bounded as (select * from step limit @most)
        select bounded.fingerprint, bounded.state, bounded.class, latest.id, latest.last_at, latest.system, latest.stage, latest.kind,
          latest.code, latest.message
        from bounded cross join lateral (
          select id, last_at, system, stage, kind, code, message from ops.dead_letters d
          where d.fingerprint = bounded.fingerprint and d.state = bounded.state and d.class = bounded.class
          order by last_at desc, id desc limit 1) as latest
        """;

    public string Fingerprint { get; init; } = "";
    public string State { get; init; } = "";
    public string Class { get; init; } = "";
    public long Id { get; init; }
    public DateTime LastAt { get; init; }
    public DateTime FirstAt { get; init; }
    public string System { get; init; } = "";
    public string Stage { get; init; } = "";
    public string Kind { get; init; } = "";
    public string Code { get; init; } = "";
    public string Message { get; init; } = "";
    public bool Found { get; init; }

    public DeadLetterCursor Cursor => new(new DateTimeOffset(LastAt), Id);

    public DeadLetterGroup Group(long count, DateTime firstAt) => new(
        Fingerprint, System, Stage, Kind, Enum.Parse<DeadLetterClass>(Class, ignoreCase: true), Code, Message, Id,
        Math.Min(count, DeadLetterGroups.MostCounted), count > DeadLetterGroups.MostCounted, new DateTimeOffset(firstAt),
        new DateTimeOffset(LastAt));

    /// <summary>Returns all groups that match; null if there are too many groups.</summary>
    public static async Task<List<DeadLetterGroupRow>?> FindAsync(NpgsqlConnection connection, DeadLetterFilter filter)
    {
        var all = (await connection.QueryAsync<DeadLetterGroupRow>(All, new { most = MostGroups + 1 })).AsList();
        return all.Count > MostGroups ? null : [.. all.Where(Matches)];

        bool Matches(DeadLetterGroupRow group) =>
            (filter.System ?? group.System) == group.System && (filter.Stage ?? group.Stage) == group.Stage
            && (filter.Kind ?? group.Kind) == group.Kind && (filter.Code ?? group.Code) == group.Code
            && (filter.Fingerprint ?? group.Fingerprint) == group.Fingerprint
            && (DeadLetterConditions.Word(filter.Class) ?? group.Class) == group.Class
            && (DeadLetterConditions.Word(filter.State) ?? group.State) == group.State;
    }

    public static void AddTo(DynamicParameters parameters, List<DeadLetterGroupRow> groups)
    {
        parameters.Add("fingerprints", groups.Select(group => group.Fingerprint).ToArray());
        parameters.Add("states", groups.Select(group => group.State).ToArray());
        parameters.Add("classes", groups.Select(group => group.Class).ToArray());
    }
}
