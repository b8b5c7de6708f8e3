namespace RideIngest.Storage.DeadLetters;

/// <summary>A page of letters.</summary>
/// <param name="Next">Where the list continues; null at its end.</param>
public sealed record DeadLetterPage(IReadOnlyList<KeptDeadLetter> Letters, DeadLetterCursor? Next);

/// <summary>Letters that failed equally.</summary>
/// <param name="Message">That of the latest one.</param>
/// <param name="Sample">The id of the latest one.</param>
/// <param name="Count">How many there are, counted up to <see cref="DeadLetterGroups.MostCounted"/>.</param>
/// <param name="IsMore">Whether there are more.</param>
public sealed record DeadLetterGroup(
    string Fingerprint, string System, string Stage, string Kind, DeadLetterClass Class, string Code, string Message, long Sample,
    long Count, bool IsMore, DateTimeOffset FirstAt, DateTimeOffset LastAt);

/// <summary>A page of groups.</summary>
/// <param name="IsWhole">Whether all letters are grouped, or only the latest ones.</param>
public sealed record DeadLetterGroupPage(IReadOnlyList<DeadLetterGroup> Groups, DeadLetterCursor? Next, bool IsWhole);
