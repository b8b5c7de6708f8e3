using System.Globalization;
using System.Text.Json;
using RideIngest.Hosting.Endpoints;
using RideIngest.Hosting.Problems;
using RideIngest.Storage.DeadLetters;

namespace RideIngest.Console.Letters;

/// <summary>Lists and shows the dead letters of all systems.</summary>
internal sealed class LetterEndpoints(DeadLetterStore store, DeadLetterSearch search, DeadLetterGroups groups, DeadLetterActions actions)
{
    /// <summary><c>GET /ops/dead-letters</c>.</summary>
    public async Task<IResult> ListAsync(HttpContext http)
    {
        var query = new QueryReader(http.Request.Query);
        var (filter, limit, after) = (query.Filter(), query.Limit(), query.After());
        if ((query.Problem() ?? LetterQuery.Forbid(filter, Operator.Of(http))) is { } problem)
            return problem;
        var page = await search.ListAsync(filter, after, limit);
        return LetterJson.Answer(new LetterPage([.. page.Letters.Select(LetterItem.Of)], page.Next?.ToString()));
    }

    /// <summary><c>GET /ops/dead-letters/groups</c>.</summary>
    public async Task<IResult> GroupAsync(HttpContext http)
    {
        var query = new QueryReader(http.Request.Query);
        var (filter, limit, after) = (query.Filter(), query.Number("limit", usual: 20, most: 100), query.After());
        if ((query.Problem() ?? LetterQuery.Forbid(filter, Operator.Of(http))) is { } problem)
            return problem;
        var page = await groups.ListAsync(filter, after, limit);
        return LetterJson.Answer(new LetterGroupPage([.. page.Groups.Select(LetterGroup.Of)], page.Next?.ToString(), page.IsWhole));
    }

    /// <summary><c>GET /ops/dead-letters/{id}</c>.</summary>
    public async Task<IResult> GetAsync(HttpContext http) =>
        LetterId.Of(http) is { } id && await store.FindAsync(id) is { } kept
            ? LetterJson.Answer(WholeLetter.Of(kept, await actions.HistoryAsync(id)))
            : LetterId.NotFound(http);
}

/// <summary>The letter that a request is about.</summary>
internal static class LetterId
{
    public static long? Of(HttpContext http) =>
        long.TryParse((string?)http.Request.RouteValues["id"], NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : null;

    public static Problem NotFound(HttpContext http) => LetterChanges.NotFound(http.Request.RouteValues["id"]);
}

/// <summary>Writes the answers of the API for dead letters.</summary>
internal static class LetterJson
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new System.Text.Json.Serialization.JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    public static IResult Answer<T>(T body, int status = 200) => TypedResults.Json(body, Options, statusCode: status);
}
