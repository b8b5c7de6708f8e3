using RideIngest.Hosting.Access;
using RideIngest.Hosting.Endpoints;
using RideIngest.Hosting.Problems;
using RideIngest.Park.Commits;

namespace RideIngest.Park.Commands;

/// <summary>Executes the commands of requests, and answers.</summary>
internal sealed class CommandAnswers(CommandStore store)
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(2);

    public async Task<IResult> AnswerAsync(HttpContext http, ParkCommand command)
    {
        if (Caller.Of(http)?.Take(1) is { } tooMany)
            return tooMany;
        var (key, wrong) = IdempotencyKey.Of(http.Request);
        if (wrong is not null)
            return wrong;
        var end = await store.ExecuteAsync(
            command, key is null ? null : $"{Caller.NameOf(http)}:{http.Request.Method} {http.Request.Path}:{key}");
        return ProblemOf(end) ?? Success(end.Answer!);
    }

    /// <summary>Executes a command of a page; returns the problem, or null.</summary>
    public async Task<Problem?> ExecuteAsync(ParkCommand command) => ProblemOf(await store.ExecuteAsync(command));

    private static IResult Success(CommandAnswer answer) => answer.Body is null
        ? TypedResults.StatusCode(answer.Status)
        : ApiJson.Answer(answer.Body, answer.Status);

    private static Problem? ProblemOf(CommandEnd end) => end switch
    {
        { Answer.Refused: { } refused } => new Problem(refused.Status, refused.Type, $"{refused.Detail}"),
        { Answer: not null } => null,
        { Way: CommandWay.Busy } => new Problem(503, "busy", "Too many commands wait") { Retryable = true, RetryAfter = RetryAfter },
        { Way: CommandWay.Away } => Problem.OfStatus(503) with
        {
            Detail = "Postgres is unavailable. Nothing was changed.",
            RetryAfter = RetryAfter,
        },
        { Way: CommandWay.Failed } => Problem.OfStatus(500),
        _ => new Problem(504, "outcome-unknown", "It is not known whether the command was executed")
        {
            Detail = "Repeating it is safe: with an Idempotency-Key, if it is a POST.",
            Retryable = true,
            RetryAfter = RetryAfter,
        },
    };
}
