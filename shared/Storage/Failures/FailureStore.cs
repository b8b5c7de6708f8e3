using System.Diagnostics;
using System.Text;
using Dapper;
using Npgsql;
using NpgsqlTypes;
using RideIngest.Storage.DeadLetters;
using RideIngest.Storage.Postgres;

namespace RideIngest.Storage.Failures;

/// <summary>Keeps failures in <c>ops.failures</c>, for a time and up to a number.</summary>
public sealed class FailureStore(NpgsqlDataSource database, FailureSettings settings)
{
    private const int LongestReason = 1000;
    private const int LongestName = 200;
    private const int PerPurge = 10_000;

    private static readonly TableRights Rights = new("ops.failures", "select, insert, delete");

    // By Postgres' clock, because the clocks of processes may differ.
    private const string Insert =
        """
        with added as (
          insert into ops.failures (at, system, kind, key, sender, code, reason, trace_id)
          select now() - age, system, kind, key, sender, code, reason, trace_id
          from unnest($1::interval[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[])
            as one (age, system, kind, key, sender, code, reason, trace_id)
          returning id)
        select max(id) from added
        """;

    // Looks at the oldest rows only, so it costs next to nothing while there is nothing to delete.
    private const string Purge =
        """
        delete from ops.failures where ctid = any(array(
          select ctid from (select ctid, at, id from ops.failures order by at, id limit @PerPurge) as oldest
          where at < now() - @keep or id <= @last))
        """;

    private long _latest;

    /// <summary>Adds failures. If it fails, they may be added; adding them again adds them twice.</summary>
    /// <exception cref="StoreUnavailableException">Postgres is unavailable.</exception>
    internal async Task AddAsync(IReadOnlyList<NewFailure> failures) => _latest = await database.AskAsync(
        async connection =>
        {
            var now = Stopwatch.GetTimestamp();
            await using var insert = new NpgsqlCommand(Insert, connection)
            {
                Parameters =
                {
                    Array(failures.Select(failure => Stopwatch.GetElapsedTime(failure.At, now)), NpgsqlDbType.Interval),
                    Texts(failures, failure => failure.System, LongestName),
                    Texts(failures, failure => failure.Kind, LongestName),
                    Texts(failures, failure => failure.Id.ToString(), LongestName),
                    Texts(failures, failure => failure.Sender, LongestName),
                    Texts(failures, failure => failure.Code, LongestName),
                    Texts(failures, failure => failure.Reason, LongestReason),
                    Texts(failures, failure => failure.Trace == default ? null : failure.Trace.ToHexString(), LongestName),
                },
            };
            return (long)(await insert.ExecuteScalarAsync())!;
        },
        Rights);

    /// <summary>
    /// Deletes rows that are too old, and the oldest ones beyond the number that is kept: the ids since say how many there are, at most.
    /// </summary>
    /// <returns>Whether there may be more to delete.</returns>
    /// <exception cref="StoreUnavailableException">Postgres is unavailable.</exception>
    internal async Task<bool> PurgeAsync() => PerPurge == await database.AskAsync(
        connection => connection.ExecuteAsync(Purge, new { settings.Keep, last = _latest - settings.Most, PerPurge }), Rights);

    /// <summary>Lists failures, the latest first.</summary>
    /// <exception cref="StoreUnavailableException">Postgres is unavailable.</exception>
    public Task<FailurePage> ListAsync(FailureFilter filter, FailureCursor? after, int limit) => database.AskAsync(
        async connection =>
        {
            // Only conditions that are set, because Postgres would plan for none of the indexes otherwise.
            string[] conditions =
            [
                .. filter.Kind is null ? [] : (string[])["kind = @Kind"],
                .. filter.Key is null ? [] : (string[])["key = @Key"],
                .. filter.TraceId is null ? [] : (string[])["trace_id = @TraceId"],
                .. filter.Sender is null ? [] : (string[])["sender = @Sender"],
                .. filter.Since is null ? [] : (string[])["at >= @Since"],
                .. after is null ? [] : (string[])["(at, id) < (@at, @id)"],
            ];
            var where = conditions.Length == 0 ? "" : $"where {string.Join(" and ", conditions)}";
            var rows = await connection.QueryAsync<Row>(
                $"""
                select at, id, system, kind, key, sender, code, reason, trace_id as TraceId from ops.failures {where}
                order by at desc, id desc limit @limit
                """,
                new { filter.Kind, filter.Key, filter.TraceId, filter.Sender, filter.Since, after?.At, after?.Id, limit = limit + 1 });
            var failures = rows.Select(row => row.Recorded).ToList();
            return failures.Count <= limit
                ? new FailurePage(failures, null)
                : new FailurePage(failures[..limit], new FailureCursor(failures[limit - 1].At, failures[limit - 1].Id));
        },
        Rights);

    private static NpgsqlParameter<T[]> Array<T>(IEnumerable<T> values, NpgsqlDbType type) =>
        new() { TypedValue = [.. values], NpgsqlDbType = NpgsqlDbType.Array | type };

    private static NpgsqlParameter<string?[]> Texts(IEnumerable<NewFailure> failures, Func<NewFailure, string?> text, int longest) =>
        Array(failures.Select(failure => Storable(text(failure), longest)), NpgsqlDbType.Text);

    // Postgres' text cannot hold U+0000 and halves of surrogate pairs, which a reason may quote.
    private static string? Storable(string? text, int longest)
    {
        if (text is null)
            return null;
        var start = text.Length <= longest ? text : $"{text.AsSpan(0, longest - 1)}…";
        return Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(start)).Replace('\0', '\uFFFD');
    }

    private sealed record Row(
        DateTime At, long Id, string System, string Kind, string? Key, string? Sender, string Code, string Reason, string? TraceId)
    {
        public RecordedFailure Recorded => new(new DateTimeOffset(At), Id, System, Kind, Key, Sender, Code, Reason, TraceId);
    }
}
