namespace RideIngest.Storage.DeadLetters;

/// <summary>A dead letter as it is kept.</summary>
/// <param name="PayloadBytes">The length of the whole payload, of which a list has only the beginning.</param>
public sealed record KeptDeadLetter(
    long Id, DeadLetter Letter, int PayloadBytes, DeadLetterState State, DateTimeOffset FirstAt, DateTimeOffset LastAt);

public enum DeadLetterState
{
    /// <summary>Waits for someone to look at it.</summary>
    Open,

    /// <summary>Was sent on its way again.</summary>
    Replayed,

    /// <summary>Someone decided that it is not wanted.</summary>
    Discarded,
}
