using System.Globalization;
using System.Text.Json;
using RideIngest.Hosting.Access;
using RideIngest.Hosting.Problems;
using RideIngest.Storage.DeadLetters;
using RideIngest.Storage.Outbox;

namespace RideIngest.Console.Letters;

/// <summary>Replays, discards and restores single dead letters.</summary>
internal sealed class LetterChanges(
    DeadLetterStore store, DeadLetterActions actions, [FromKeyedServices(LetterChanges.Outbox)] OutboxTable outbox,
    LetterPublisher publisher, ReplayBody bodies)
{
    /// <summary>The name of the console in the outbox.</summary>
    public const string Outbox = "console";

    private const int LongestReason = 1000;

    /// <summary><c>POST /ops/dead-letters/{id}/replay</c>.</summary>
    public async Task<IResult> ReplayAsync(HttpContext http)
    {
        var (payload, problem) = await ReplayBody.ReadAsync(http.Request);
        if (problem is not null)
            return problem;
        if (payload is not null && Caller.Of(http) is { } caller && !caller.Allows(LetterScopes.Edit))
            return caller.Forbid(LetterScopes.Edit);
        if (LetterId.Of(http) is not { } id || await store.FindAsync(id) is not { } kept)
            return LetterId.NotFound(http);
        if (payload is not null && bodies.Check(kept, payload) is { } wrong)
            return wrong;
        if (kept.State != DeadLetterState.Open)
            return await NotAllowedAsync(id);
        var messages = publisher.Messages(kept, payload);
        if ((publisher.TooLong(messages) ?? await WithoutStreamAsync(kept)) is { } obstacle)
            return new Problem(409, "not-replayable", "The dead letter cannot be published") { Detail = obstacle, Id = id };
        var answer = await actions.ReplayAsync(id, LetterId.Who(http), outbox, messages, payload);
        return await AnswerAsync(http, id, answer, DeadLetterState.Replayed, 202);
    }

    /// <summary><c>POST /ops/dead-letters/{id}/discard</c>.</summary>
    public async Task<IResult> DiscardAsync(HttpContext http)
    {
        if (await ReasonAsync(http.Request) is not { Length: > 0 and <= LongestReason } reason)
        {
            return Problem.OfStatus(400) with
            {
                Detail = string.Create(
                    CultureInfo.InvariantCulture, $"The body must be an object with the text reason, of 1 to {LongestReason} characters."),
            };
        }
        if (LetterId.Of(http) is not { } id)
            return LetterId.NotFound(http);
        return await AnswerAsync(http, id, await actions.DiscardAsync(id, LetterId.Who(http), reason), DeadLetterState.Discarded);
    }

    /// <summary><c>POST /ops/dead-letters/{id}/restore</c>.</summary>
    public async Task<IResult> RestoreAsync(HttpContext http)
    {
        if (LetterId.Of(http) is not { } id)
            return LetterId.NotFound(http);
        return await AnswerAsync(http, id, await actions.RestoreAsync(id, LetterId.Who(http)), DeadLetterState.Open);
    }

    private async Task<IResult> AnswerAsync(HttpContext http, long id, DeadLetterAnswer answer, DeadLetterState state, int status = 200) =>
        answer switch
        {
            DeadLetterAnswer.Done => LetterJson.Answer(new LetterChange(id, state), status),
            DeadLetterAnswer.NotFound => LetterId.NotFound(http),
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

    private static async Task<string?> ReasonAsync(HttpRequest request)
    {
        try
        {
            using var body = await JsonDocument.ParseAsync(request.Body, cancellationToken: request.HttpContext.RequestAborted);
            return body.RootElement.ValueKind == JsonValueKind.Object
                && body.RootElement.EnumerateObject().Select(property => property.Name).SequenceEqual(["reason"])
                && body.RootElement.GetProperty("reason") is { ValueKind: JsonValueKind.String } reason
                ? reason.GetString()!.Replace('\0', '\uFFFD').Trim()
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
