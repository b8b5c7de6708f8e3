using RideIngest.Storage.DeadLetters;

namespace RideIngest.Streams.Stages;

/// <summary>The result of a step for one event: done, retry, or dead letter.</summary>
public readonly record struct StepResult
{
    public static readonly StepResult Done;

    private StepResult(NotDone rest) => Rest = rest;

    /// <summary>Null when it is done, as nearly all are.</summary>
    internal NotDone? Rest { get; }

    internal bool IsDone => Rest is null;

    internal bool IsRetry => Rest is { IsRetry: true };

    /// <summary>The event waits in the stream: something it needs is away and expected to return.</summary>
    /// <param name="after">When to retry; by default the stage decides, with a pause that grows with the attempts.</param>
    public static StepResult Retry(string reason, TimeSpan after = default) => new(new NotDone(reason) { IsRetry = true, After = after });

    /// <summary>The event cannot be processed and is kept as a dead letter.</summary>
    /// <param name="code">A stable code, so that equal failures are grouped.</param>
    public static StepResult DeadLetter(string code, string reason, DeadLetterClass @class = DeadLetterClass.Poison) =>
        new(new NotDone(reason) { Code = code, Class = @class });

    /// <summary>Returns the same result for this number of events.</summary>
    public static StepResult[] Each(int count, StepResult result = default)
    {
        var results = new StepResult[count];
        if (!result.IsDone)
            Array.Fill(results, result);
        return results;
    }

    internal sealed record NotDone(string Reason)
    {
        public bool IsRetry { get; init; }

        public TimeSpan After { get; init; }

        public string Code { get; init; } = "";

        public DeadLetterClass Class { get; init; }
    }
}
