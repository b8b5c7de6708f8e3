using Polly;
using Polly.Retry;

namespace RideIngest.Hosting.Retries;

/// <summary>Retries a few times with a constant pause. An attempt returns whether to retry.</summary>
public static class Attempts
{
    public static ResiliencePipeline<bool> AtMost(int attempts, TimeSpan pause) =>
        new ResiliencePipelineBuilder<bool>()
            .AddRetry(new RetryStrategyOptions<bool>
            {
                // MaxRetryAttempts cannot be 0, so attempts are counted here.
                ShouldHandle = args => new(args.Outcome.Result && args.AttemptNumber + 1 < attempts),
                MaxRetryAttempts = int.MaxValue,
                Delay = pause,
            })
            .Build();
}
