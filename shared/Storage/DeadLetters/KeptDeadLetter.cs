namespace RideIngest.Storage.DeadLetters;

/// <summary>A dead letter as stored.</summary>
/// <param name="PayloadBytes">The length of the whole payload; lists contain only the beginning.</param>
/// <param name="Owed">How many of its senders may count on it. 0: each sender was refused.</param>
public sealed record KeptDeadLetter(
    long Id, DeadLetter Letter, string Fingerprint, int PayloadBytes, DeadLetterState State, DateTimeOffset FirstAt, DateTimeOffset LastAt,
    int Owed);

public enum DeadLetterState
{
    /// <summary>Not handled yet.</summary>
    Open,

    /// <summary>Sent again.</summary>
    Replayed,

    /// <summary>Discarded by an operator.</summary>
    Discarded,
}
