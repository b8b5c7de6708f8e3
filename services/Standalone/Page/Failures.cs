using Dapper;
using Npgsql;
using RideIngest.Contracts.Outcomes;
using RideIngest.Hosting.Access;
using RideIngest.Producer.Answers;
using RideIngest.Records.Kinds;

namespace RideIngest.Standalone.Page;

/// <summary>A record that was not stored, as the page lists it.</summary>
internal sealed record FailureLine(long At, string Kind, long? Id, string Status, string? Error);

/// <summary>The latest failures: those that senders were told of, and the open dead letters.</summary>
internal sealed class Failures(LastFailures told, NpgsqlDataSource postgres, AuthSettings auth)
{
    private const int Most = 8;
    private const int LongestError = 300;

    private const string Letters =
        """
        select (extract(epoch from last_at) * 1000)::bigint as at, kind, key::bigint as id, code as status, message as error
        from ops.dead_letters where system = 'rides' and state = 'open' order by last_at desc limit 8
        """;

    private IReadOnlyList<FailureLine> _letters = [];

    /// <summary>The latest first. A record that failed more than once stands here once.</summary>
    public IReadOnlyList<FailureLine> All() =>
    [
        .. told.All
        .Select(
            failure => new FailureLine(failure.At.ToUnixTimeMilliseconds(), failure.Kind, failure.Id, failure.Status.Word(), failure.Error))
            .Concat(_letters)
            .OrderByDescending(failure => failure.At)
            .DistinctBy(failure => failure.Id is null ? (failure.Kind, failure.At) : (failure.Kind, failure.Id.Value))
            .Take(Most)
            .Select(Shown),
    ];

    /// <summary>Looks for dead letters, of which this process may never have heard otherwise.</summary>
    public async Task LookAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await postgres.OpenConnectionAsync(cancellationToken);
            var letters = await connection.QueryAsync<FailureLine>(new CommandDefinition(Letters, cancellationToken: cancellationToken));
            _letters = [.. letters.Select(letter => letter with
            {
                Status = StatusWord.TryParse(letter.Status, out var status) ? status.Word() : Status.Failed.Word(),
            })];
        }
        catch (NpgsqlException)
        {
            // Postgres is away, or the table is not made yet: what was seen last stands.
        }
    }

    /// <summary>An error quotes what was sent. Where keys are asked for, this page, which asks for none, keeps that to itself.</summary>
    private FailureLine Shown(FailureLine failure) => failure with
    {
        Error = auth.Mode == AuthMode.Keys
            ? null
            : failure.Error is { Length: > LongestError } error ? $"{error.AsSpan(0, LongestError)}…" : failure.Error,
    };
}
