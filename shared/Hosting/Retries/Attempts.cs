using Polly;
using Polly.Retry;

namespace RideIngest.Hosting.Retries;

/// <summary>Tries a few times, with the same pause between attempts. An attempt returns whether another one may help.</summary>
public static class Attempts
{
    public static ResiliencePipeline<bool> AtMost(int attempts, TimeSpan pause) =>
        new ResiliencePipelineBuilder<bool>()
            .AddRetry(new RetryStrategyOptions<bool>
            {
                // Counted here, since MaxRetryAttempts cannot be 0.
                ShouldHandle = args => new(args.Outcome.Result && args.AttemptNumber + 1 < attempts),
                MaxRetryAttempts = int.MaxValue,
                Delay = pause,
            })
            .Build();
}
