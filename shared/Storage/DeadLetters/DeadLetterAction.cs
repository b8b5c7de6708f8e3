namespace RideIngest.Storage.DeadLetters;

/// <summary>An operator's action on an open dead letter.</summary>
public enum DeadLetterAction
{
    Replayed,
    Discarded,
}

/// <summary>Whether an action was recorded.</summary>
public enum DeadLetterAnswer
{
    Done,

    /// <summary>Another action was first.</summary>
    NotOpen,

    NotFound,
}
