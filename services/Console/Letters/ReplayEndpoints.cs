using System.Globalization;
using RideIngest.Hosting.Endpoints;
using RideIngest.Hosting.Problems;
using RideIngest.Storage.DeadLetters;

namespace RideIngest.Console.Letters;

/// <summary>Replays and discards many letters, shows replays, and lists what operators did.</summary>
internal sealed class ReplayEndpoints(DeadLetterReplays replays, DeadLetterActions actions, ReplayRunner runner)
{
    /// <summary><c>POST /ops/replays</c>.</summary>
    public async Task<IResult> PostAsync(HttpContext http)
    {
        var (order, problem) = await ReplayOrder.ReadAsync(http.Request);
        if (order is null)
            return problem!;
        if (order.IsDryRun)
            return LetterJson.Answer(new ReplayCreated(null, await replays.CountAsync(order.Letters.Filter)));
        var (id, total) = await runner.CreateAsync(order.Letters, order.Rate, Operator.Of(http));
        http.Response.Headers.Location = string.Create(CultureInfo.InvariantCulture, $"/ops/replays/{id}");
        return LetterJson.Answer(new ReplayCreated(id, total), 202);
    }

    /// <summary><c>POST /ops/discards</c>.</summary>
    public async Task<IResult> DiscardAsync(HttpContext http)
    {
        var (order, problem) = await DiscardOrder.ReadAsync(http.Request);
        if (order is null)
            return problem!;
        if (order.IsDryRun)
            return LetterJson.Answer(new LettersDiscarded(await replays.CountAsync(order.Letters.Filter)));
        return LetterChanges.WithoutReason(order.Reason) ?? LetterJson.Answer(new LettersDiscarded(
            await actions.DiscardAllAsync(order.Letters.Filter, Operator.Of(http).Name, order.Reason!)));
    }

    /// <summary><c>GET /ops/replays/{id}</c>.</summary>
    public async Task<IResult> GetAsync(HttpContext http) => LetterId.Of(http) is { } id && await replays.FindAsync(id) is { } replay
        ? LetterJson.Answer(ReplayProgress.Of(replay))
        : Problem.OfStatus(404) with { Detail = $"There is no replay {http.Request.RouteValues["id"]}." };

    /// <summary><c>GET /ops/audit</c>.</summary>
    public async Task<IResult> AuditAsync(HttpContext http)
    {
        var query = new QueryReader(http.Request.Query);
        var limit = query.Limit();
        var after = query.Cursor<long>(text =>
            long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : null);
        if (query.Problem() is { } problem)
            return problem;
        var done = await actions.AuditAsync(after, limit + 1);
        return LetterJson.Answer(new AuditPage(
            [.. done.Take(limit).Select(LetterAction.Of)],
            done.Count > limit ? done[limit - 1].Id.ToString(CultureInfo.InvariantCulture) : null));
    }
}
