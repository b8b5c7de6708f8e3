using RideIngest.Hosting.Problems;

namespace RideIngest.Storage.Postgres;

/// <summary>The answer of an endpoint that reads or writes Postgres while it is unavailable.</summary>
internal sealed class PostgresProblem : IExceptionProblem
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);

    public Problem? ProblemOf(Exception exception) => !StoreUnavailableException.Covers(exception) ? null : Problem.OfStatus(503) with
    {
        Detail = "Postgres is unavailable.",
        RetryAfter = RetryAfter,
    };
}
