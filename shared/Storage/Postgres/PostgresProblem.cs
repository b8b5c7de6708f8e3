using System.Security.Cryptography;
using Npgsql;
using RideIngest.Hosting.Problems;

namespace RideIngest.Storage.Postgres;

/// <summary>The answer of an endpoint that reads or writes Postgres while it is unavailable.</summary>
internal sealed class PostgresProblem(NpgsqlDataSource database) : IExceptionProblem
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);

    private static readonly Problem Unavailable = Problem.OfStatus(503) with
    {
        Detail = "Postgres is unavailable.",
        RetryAfter = RetryAfter,
    };

    public (Problem Problem, string Reason)? ProblemOf(Exception exception)
    {
        // Of a form or a cookie, whose keys are in Postgres.
        var cause = exception is CryptographicException { InnerException: { } inner } ? inner : exception;
        return StoreUnavailableException.Covers(cause) ? (Unavailable, PostgresFailure.Describe(database, cause)) : null;
    }
}
