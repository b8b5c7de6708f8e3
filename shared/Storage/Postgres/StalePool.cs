using Npgsql;
using Polly;
using Polly.Retry;

namespace RideIngest.Storage.Postgres;

public static class StalePool
{
    /// <summary>
    /// Asks once more if that failed as it does over a connection that is gone. A pool outlives the server's connections: what a
    /// restart of Postgres left dead in it says nothing of Postgres.
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
