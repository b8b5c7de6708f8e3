using System.Text.Json;
using RideIngest.Hosting.Problems;
using RideIngest.Storage.DeadLetters;

namespace RideIngest.Console.Letters;

/// <summary>Changes dead letters over HTTP.</summary>
internal sealed class ChangeEndpoints(LetterChanges changes)
{
    /// <summary><c>POST /ops/dead-letters/{id}/replay</c>.</summary>
    public async Task<IResult> ReplayAsync(HttpContext http)
    {
        var (payload, problem) = await ReplayBody.ReadAsync(http.Request);
        if (problem is not null)
            return problem;
        if (LetterId.Of(http) is not { } id)
            return LetterId.NotFound(http);
        (problem, var note) = await changes.ReplayAsync(id, payload, Operator.Of(http));
        return problem ?? LetterJson.Answer(new LetterChange(id, DeadLetterState.Replayed, note), StatusCodes.Status202Accepted);
    }

    /// <summary><c>POST /ops/dead-letters/{id}/discard</c>.</summary>
    public async Task<IResult> DiscardAsync(HttpContext http)
    {
        var (reason, problem) = await ReasonAsync(http.Request);
        return problem ?? await ChangeAsync(http, id => changes.DiscardAsync(id, reason, Operator.Of(http)), DeadLetterState.Discarded);
    }

    /// <summary><c>POST /ops/dead-letters/{id}/restore</c>.</summary>
    public Task<IResult> RestoreAsync(HttpContext http) =>
        ChangeAsync(http, id => changes.RestoreAsync(id, Operator.Of(http)), DeadLetterState.Open);

    private static async Task<IResult> ChangeAsync(
        HttpContext http, Func<long, Task<Problem?>> change, DeadLetterState state) =>
        LetterId.Of(http) is not { } id ? LetterId.NotFound(http)
        : await change(id) is { } problem ? problem
        : LetterJson.Answer(new LetterChange(id, state));

    private static async Task<(string? Reason, Problem? Problem)> ReasonAsync(HttpRequest request)
    {
        try
        {
            using var body = await JsonDocument.ParseAsync(request.Body, cancellationToken: request.HttpContext.RequestAborted);
            if (body.RootElement.ValueKind == JsonValueKind.Object
                && body.RootElement.EnumerateObject().Select(property => property.Name).SequenceEqual(["reason"])
                && body.RootElement.GetProperty("reason") is { ValueKind: JsonValueKind.String } reason)
                return (LetterText.Of(reason.GetString()!), null);
        }
        catch (JsonException)
        {
            // As for any other body.
        }
        return (null, Problem.OfStatus(400) with { Detail = "The body must be an object with the text reason and nothing else." });
    }
}
