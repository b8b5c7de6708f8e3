using Polly;
using Polly.Retry;

namespace RideIngest.Hosting.Retries;

/// <summary>Retries without limit, with a pause that doubles from the first to the longest.</summary>
public static class Persistently
{
    /// <param name="on">The exceptions to retry, except cancellation by the caller.</param>
    /// <param name="waits">Called before each pause with the reason and the pause.</param>
    public static ResiliencePipeline Retry(
        TimeSpan first, TimeSpan longest, Func<Exception, bool> on, Action<Exception, TimeSpan>? waits = null) =>
        new ResiliencePipelineBuilder()
            .AddRetry(new RetryStrategyOptions
            {
                ShouldHandle = args => new(args.Outcome.Exception is { } e && !IsCancellation(e, args.Context.CancellationToken) && on(e)),
                MaxRetryAttempts = int.MaxValue,
                BackoffType = DelayBackoffType.Exponential,
                Delay = first,
                MaxDelay = longest,
                OnRetry = args =>
                {
                    waits?.Invoke(args.Outcome.Exception!, args.RetryDelay);
                    return default;
                },
            })
            .Build();

    private static bool IsCancellation(Exception e, CancellationToken caller) =>
        e is OperationCanceledException && caller.IsCancellationRequested;
}
