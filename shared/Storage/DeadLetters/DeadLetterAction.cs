namespace RideIngest.Storage.DeadLetters;

/// <summary>What someone has done with an open dead letter.</summary>
public enum DeadLetterAction
{
    Replayed,
    Discarded,
}

/// <summary>Whether an action was recorded.</summary>
public enum DeadLetterAnswer
{
    Done,

    /// <summary>Someone else was first.</summary>
    NotOpen,

    NotFound,
}
