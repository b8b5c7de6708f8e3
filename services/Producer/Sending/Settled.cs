using RideIngest.Contracts.Outcomes;

namespace RideIngest.Producer.Sending;

/// <summary>How a record's request ends: with an outcome, or with a refusal where there is none to tell.</summary>
/// <param name="Sequence">The frame's place in the stream, where it is known: a receipt needs it.</param>
internal readonly record struct Settled(Outcome Outcome, ulong Sequence = 0, Refusal? Refusal = null)
{
    public static Settled Accepted(ulong sequence) => new(new Outcome(Status.Accepted), sequence);

    public static Settled Refused(Refusal refusal) => new(default, 0, refusal);
}
