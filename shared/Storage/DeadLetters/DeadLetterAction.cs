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
/// <param name="Key">The key of the letter.</param>
/// <param name="Who">The operator, or the system and stage that reopened it.</param>
/// <param name="Edited">Whether something else was sent than the letter's own payload.</param>
/// <param name="Payload">What was sent then; null also where payloads are left out.</param>
public sealed record DeadLetterRecord(
    long Id, long Letter, string? Key, DeadLetterAction Action, string Who, DateTimeOffset At, string? Note, bool Edited,
    byte[]? Payload);
