using Npgsql;
using Polly;
using Polly.Retry;

namespace RideIngest.Storage.Postgres;

public static class StalePool
{
    /// <summary>
    /// Retries once after a failure that a dead connection can cause. The pool may hold connections from before a restart of Postgres, so
    /// the first failure does not mean that Postgres is unavailable.
    /// </summary>
    public static ResiliencePipeline RetryOnce(NpgsqlDataSource database) =>
        new ResiliencePipelineBuilder()
            .AddRetry(new RetryStrategyOptions
            {
                ShouldHandle = args => new(IsStale(args.Outcome.Exception)),
                MaxRetryAttempts = 1,
                Delay = TimeSpan.Zero,
                OnRetry = _ =>
                {
                    database.Clear();
                    return default;
                },
            })
            .Build();

    private static bool IsStale(Exception? failure) =>
        (failure as NpgsqlException ?? failure?.InnerException as NpgsqlException)?.IsTransient == true;
}
