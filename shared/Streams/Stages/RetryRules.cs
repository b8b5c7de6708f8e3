using RideIngest.Hosting.Config;
using RideIngest.Storage.DeadLetters;

namespace RideIngest.Streams.Stages;

/// <summary>Decides when and where an event is retried, and for how long.</summary>
internal static class RetryRules
{
    // The server limits the frames that a consumer has delivered and that are not settled; those that wait for long must not use them up.
    private static readonly TimeSpan LongestStay = TimeSpan.FromSeconds(30);

    /// <summary>The pause before the next attempt.</summary>
    public static TimeSpan Pause<TEvent>(StageDefinition stage, EventFrame<TEvent> frame, StepResult retry)
    {
        if (retry.Rest!.After > TimeSpan.Zero)
            return retry.Rest.After;
        var pause = TimeSpan.FromMilliseconds(100L << Math.Min(frame.Attempts, 30));
        return pause < stage.LongestPause ? pause : stage.LongestPause;
    }

    /// <summary>Whether events to retry stay in their frame, instead of being published as frames of their own.</summary>
    public static bool Stay<TEvent>(
        StageDefinition stage, EventFrame<TEvent> frame, IReadOnlyList<int> retries, ReadOnlySpan<StepResult> results) =>
        stage.Retries is null
        || stage.IsRetry(frame)
        || (retries.Count == frame.Events.Count && stage.RetryFor is null && Pause(stage, frame, results[retries[0]]) < LongestStay);

    /// <summary>The results of a frame that is retried for too long: dead letters instead of retries.</summary>
    public static StepResult[] Expired(StageDefinition stage, ReadOnlySpan<StepResult> results)
    {
        var limit = Duration.Format(stage.RetryFor!.Value);
        var expired = results.ToArray();
        foreach (ref var result in expired.AsSpan())
        {
            if (result.IsRetry)
                result = StepResult.DeadLetter("expired", $"not done within {limit}: {result.Rest!.Reason}", DeadLetterClass.System);
        }
        return expired;
    }
}
