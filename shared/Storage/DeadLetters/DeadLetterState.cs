namespace RideIngest.Storage.DeadLetters;

public enum DeadLetterState
{
    /// <summary>Waits for someone to look at it.</summary>
    Open,

    /// <summary>Was sent on its way again.</summary>
    Replayed,

    /// <summary>Someone decided that it is not wanted.</summary>
    Discarded,
}

/// <summary>A dead letter as it is kept.</summary>
public sealed record KeptDeadLetter(long Id, DeadLetter Letter, DeadLetterState State, DateTimeOffset FirstAt, DateTimeOffset LastAt);
