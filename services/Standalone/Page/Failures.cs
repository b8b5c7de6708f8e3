using Dapper;
using Npgsql;
using RideIngest.Contracts.Outcomes;
using RideIngest.Hosting.Access;
using RideIngest.Producer.Answers;
using RideIngest.Records.Kinds;

namespace RideIngest.Standalone.Page;

/// <summary>A record that was not stored, as shown on the page.</summary>
internal sealed record FailureLine(long At, string Kind, long? Id, string Status, string? Error);

/// <summary>Collects the latest failures: those reported to senders, and open dead letters.</summary>
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

    /// <summary>The latest failures first, one entry per record.</summary>
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

    /// <summary>Reads dead letters, which other processes may have added.</summary>
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
            // Postgres is unavailable, or the table does not exist yet: keep the previous result.
        }
    }

    /// <summary>Hides the error if keys are required, because it quotes record content and this page requires no key.</summary>
    private FailureLine Shown(FailureLine failure) => failure with
    {
        Error = auth.Mode == AuthMode.Keys
            ? null
            : failure.Error is { Length: > LongestError } error ? $"{error.AsSpan(0, LongestError)}…" : failure.Error,
    };
}
