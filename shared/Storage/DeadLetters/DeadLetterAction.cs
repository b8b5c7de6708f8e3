namespace RideIngest.Storage.DeadLetters;

/// <summary>What was done to a dead letter.</summary>
public enum DeadLetterAction
{
    /// <summary>An operator sent it again.</summary>
    Replayed,

    /// <summary>An operator closed it without sending it.</summary>
    Discarded,

    /// <summary>An operator opened a discarded letter again.</summary>
    Restored,

    /// <summary>The stage rejected it again.</summary>
    Reopened,
}

/// <summary>Whether an action was recorded.</summary>
public enum DeadLetterAnswer
{
    Done,

    /// <summary>The letter's state does not allow it, for example because another action was first.</summary>
    NotAllowed,

    NotFound,
}

/// <summary>A recorded action on a dead letter.</summary>
/// <param name="Who">The operator, or the system and stage that reopened it.</param>
/// <param name="Payload">What was sent instead of the letter's own payload; null for its own.</param>
public sealed record DeadLetterRecord(
    long Id, long Letter, DeadLetterAction Action, string Who, DateTimeOffset At, string? Note, byte[]? Payload);
