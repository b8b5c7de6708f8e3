using RideIngest.Contracts.Outcomes;

namespace RideIngest.Producer.Sending;

/// <summary>The end of a record's request: an outcome or a refusal.</summary>
/// <param name="Sequence">The frame's sequence in the stream, if known; a receipt needs it.</param>
internal readonly record struct Settled(Outcome Outcome, ulong Sequence = 0, Refusal? Refusal = null)
{
    public static Settled Accepted(ulong sequence) => new(new Outcome(Status.Accepted), sequence);

    public static Settled Refused(Refusal refusal) => new(default, 0, refusal);
}
