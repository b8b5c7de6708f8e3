using System.Globalization;
using System.Text.Json;
using RideIngest.Hosting.Access;
using RideIngest.Hosting.Problems;
using RideIngest.Storage.DeadLetters;

namespace RideIngest.Console.Letters;

/// <summary>Lists and shows the dead letters of all systems.</summary>
internal sealed class LetterEndpoints(DeadLetterStore store, DeadLetterActions actions)
{
    /// <summary><c>GET /ops/dead-letters</c>.</summary>
    public async Task<IResult> ListAsync(HttpContext http)
    {
        var query = new QueryReader(http.Request.Query);
        var (filter, limit) = (query.Filter(), query.Limit());
        var after = query.Cursor<DeadLetterCursor>(text => DeadLetterCursor.TryParse(text, out var cursor) ? cursor : null);
        if (query.Problem() is { } problem)
            return problem;

        // One more than asked for, which tells whether there is another page.
        var letters = await store.ListAsync(filter, after, limit + 1);
        return LetterJson.Answer(new LetterPage(
            [.. letters.Take(limit).Select(LetterItem.Of)],
            letters.Count > limit ? DeadLetterCursor.Of(letters[limit - 1]).ToString() : null));
    }

    /// <summary><c>GET /ops/dead-letters/{id}</c>.</summary>
    public async Task<IResult> GetAsync(HttpContext http) =>
        LetterId.Of(http) is { } id && await store.FindAsync(id) is { } kept
            ? LetterJson.Answer(WholeLetter.Of(kept, await actions.HistoryAsync(id)))
            : LetterId.NotFound(http);
}

/// <summary>The letter that a request is about, and who makes it.</summary>
internal static class LetterId
{
    public static long? Of(HttpContext http) =>
        long.TryParse((string?)http.Request.RouteValues["id"], NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : null;

    public static Problem NotFound(HttpContext http) =>
        Problem.OfStatus(404) with { Detail = $"There is no dead letter {http.Request.RouteValues["id"]}." };

    /// <summary>The name of the key or token; <c>anyone</c> if none is required.</summary>
    public static string Who(HttpContext http) => Caller.Of(http)?.Name ?? "anyone";
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
