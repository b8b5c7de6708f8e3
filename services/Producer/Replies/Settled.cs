using RideIngest.Records;

namespace RideIngest.Producer.Replies;

/// <summary>How a record's request ends: with an outcome, or with a refusal where there is none to tell.</summary>
/// <param name="Sequence">The frame's place in the stream, where it is known: a receipt needs it.</param>
internal readonly record struct Settled(Outcome Outcome, ulong Sequence = 0, HttpProblem? Refusal = null)
{
    public static Settled Accepted(ulong sequence) => new(new Outcome(Status.Accepted), sequence);

    public static Settled Refused(HttpProblem problem) => new(default, 0, problem);
}
