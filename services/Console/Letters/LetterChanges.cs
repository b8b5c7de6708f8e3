using System.Globalization;
using RideIngest.Hosting.Access;
using RideIngest.Hosting.Problems;
using RideIngest.Storage.DeadLetters;
using RideIngest.Storage.Outbox;

namespace RideIngest.Console.Letters;

/// <summary>Replays, discards and restores dead letters, for the API and the pages. A method returns null when it is done.</summary>
internal sealed class LetterChanges(
    DeadLetterStore store, DeadLetterActions actions, [FromKeyedServices(LetterChanges.Outbox)] OutboxTable outbox,
    LetterPublisher publisher, ContentCheck check)
{
    /// <summary>The name of the console in the outbox.</summary>
    public const string Outbox = "console";

    public const int LongestReason = 1000;

    /// <summary>Sends a letter again.</summary>
    /// <param name="payload">What to send instead of the letter's own payload, checked before; null for its own.</param>
    /// <returns>Why it was not done; or, when it is done, a note if the content could not be checked.</returns>
    public async Task<(Problem? Problem, string? Note)> ReplayAsync(long id, byte[]? payload, Operator by)
    {
        if (payload is not null && by.Forbid(LetterScopes.Edit) is { } forbidden)
            return (forbidden, null);
        if (await store.FindAsync(id) is not { } kept)
            return (NotFound(id), null);
        if (kept.State != DeadLetterState.Open)
            return (await NotAllowedAsync(id), null);
        var (wrong, note) = payload is null ? default : await check.CheckAsync(kept.Letter, payload);
        if (wrong is not null)
            return (wrong, null);
        if (payload is not null && ReplayBody.IsSame(kept.Letter.Payload, payload))
            payload = null;
        var messages = publisher.Messages(kept, payload);
        if ((publisher.TooLong(messages) ?? await WithoutStreamAsync(kept)) is { } obstacle)
            return (new Problem(409, "not-replayable", "The dead letter cannot be published") { Detail = obstacle, Id = id }, null);
        return (await ProblemAsync(id, await actions.ReplayAsync(id, by.Name, outbox, messages, payload, note)), note);
    }

    /// <summary>Closes a letter without sending it.</summary>
    public async Task<Problem?> DiscardAsync(long id, string? reason, Operator by) =>
        WithoutReason(reason) ?? await ProblemAsync(id, await actions.DiscardAsync(id, by.Name, reason!));

    /// <summary>Opens a discarded letter again.</summary>
    public async Task<Problem?> RestoreAsync(long id, Operator by) => await ProblemAsync(id, await actions.RestoreAsync(id, by.Name));

    /// <summary>What is wrong with the reason for which letters are to be discarded; null if nothing is.</summary>
    public static Problem? WithoutReason(string? reason) => reason is { Length: > 0 and <= LongestReason }
        ? null
        : Problem.OfStatus(400) with
        {
            Detail = string.Create(CultureInfo.InvariantCulture, $"The reason must be text of 1 to {LongestReason} characters."),
        };

    public static Problem NotFound(object? id) => Problem.OfStatus(404) with { Detail = $"There is no dead letter {id}." };

    private async Task<Problem?> ProblemAsync(long id, DeadLetterAnswer answer) => answer switch
    {
        DeadLetterAnswer.Done => null,
        DeadLetterAnswer.NotFound => NotFound(id),
        _ => await NotAllowedAsync(id),
    };

    private async Task<Problem> NotAllowedAsync(long id)
    {
        var when = await actions.HistoryAsync(id) is not [.., var last] ? "It is open, and nobody has acted on it." : string.Create(
            CultureInfo.InvariantCulture,
            $"It was {last.Action.ToString().ToLowerInvariant()} by {last.Who} at {last.At.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss.fff'Z'}.");
        return new Problem(409, "letter-state", "The state of the dead letter does not allow this", when) { Id = id };
    }

    // While NATS does not say, the outbox takes the messages.
    private async Task<string?> WithoutStreamAsync(KeptDeadLetter kept) => await publisher.HasStreamAsync(kept.Letter.Subject) is false
        ? $"No stream has the subject {kept.Letter.Subject}: its system does not run, or does not know the kind."
        : null;
}
