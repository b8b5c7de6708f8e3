using RideIngest.Storage.DeadLetters;

namespace RideIngest.Streams.Stages;

/// <summary>What a step did with one event: done, retry after a while, or dead letter.</summary>
public readonly record struct StepResult
{
    public static readonly StepResult Done;

    private StepResult(StepEnd end, string code, string reason) => (End, Code, Reason) = (end, code, reason);

    internal StepEnd End { get; }

    internal string? Code { get; }

    internal string? Reason { get; }

    /// <summary>When to retry; zero leaves it to the stage, whose pause grows with the attempts.</summary>
    internal TimeSpan After { get; private init; }

    internal DeadLetterClass Class { get; private init; }

    /// <summary>The event waits in the stream. What it needs is away and expected to return.</summary>
    public static StepResult Retry(string reason, TimeSpan after = default) => new(StepEnd.Retry, "", reason) { After = after };

    /// <summary>The event cannot be processed. It is kept as a dead letter.</summary>
    /// <param name="code">Stable, so that equal failures are found together.</param>
    public static StepResult DeadLetter(string code, string reason, DeadLetterClass @class = DeadLetterClass.Poison) =>
        new(StepEnd.DeadLetter, code, reason) { Class = @class };

    /// <summary>The same result for each of so many events.</summary>
    public static StepResult[] Each(int count, StepResult result = default)
    {
        var results = new StepResult[count];
        Array.Fill(results, result);
        return results;
    }
}

internal enum StepEnd
{
    Done,
    Retry,
    DeadLetter,
}
