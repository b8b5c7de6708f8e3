using System.Text.Json;
using RideIngest.Hosting.Endpoints;
using RideIngest.Hosting.Problems;
using RideIngest.Storage.DeadLetters;

namespace RideIngest.Console.Letters;

/// <summary>The body of <c>POST /ops/replays</c>, read.</summary>
internal sealed record ReplayOrder(LetterSelection Letters, int Rate, bool IsDryRun)
{
    public const int MostRate = 10_000;
    public const int UsualRate = 100;

    public static Task<(ReplayOrder? Order, Problem? Problem)> ReadAsync(HttpRequest request) => LetterSelection.ReadAsync(
        request, (letters, others) => new ReplayOrder(letters, RateOf(others), others.Flag("dry_run") ?? false));

    public static int RateOf(QueryReader values) => values.Number("rate", UsualRate, MostRate);
}

/// <summary>The body of <c>POST /ops/discards</c>, read.</summary>
internal sealed record DiscardOrder(LetterSelection Letters, string? Reason, bool IsDryRun)
{
    public static Task<(DiscardOrder? Order, Problem? Problem)> ReadAsync(HttpRequest request) => LetterSelection.ReadAsync(
        request, (letters, others) => new DiscardOrder(letters, ReasonOf(others), others.Flag("dry_run") ?? false));

    public static string? ReasonOf(QueryReader values) => values.Text("reason", most: LetterChanges.LongestReason) is { } reason
        ? LetterText.Of(reason)
        : null;
}

/// <summary>The open letters that a filter selects.</summary>
/// <param name="Written">The filter as it was written.</param>
internal sealed record LetterSelection(DeadLetterFilter Filter, IReadOnlyDictionary<string, string> Written)
{
    /// <summary>Reads the property <c>filter</c>, and hands the others over.</summary>
    public static async Task<(T? Order, Problem? Problem)> ReadAsync<T>(HttpRequest request, Func<LetterSelection, QueryReader, T> read)
        where T : class
    {
        try
        {
            using var body = await JsonDocument.ParseAsync(request.Body, cancellationToken: request.HttpContext.RequestAborted);
            return body.RootElement.ValueKind == JsonValueKind.Object
                ? Read(body.RootElement, read)
                : (null, Bad("The body must be an object with the property filter."));
        }
        catch (JsonException e)
        {
            return (null, Bad($"The body is not JSON: {e.Message}"));
        }
    }

    /// <summary>Reads a filter; only open letters can be selected.</summary>
    public static (LetterSelection Letters, Problem? Problem) Of(IReadOnlyDictionary<string, string> written)
    {
        var values = new QueryReader(written);
        var filter = values.Filter();
        if (filter.State is not (null or DeadLetterState.Open))
            values.Wrong("state", "must be open, because only open letters are replayed or discarded");
        return (new(filter, written), values.Problem());
    }

    private static (T? Order, Problem? Problem) Read<T>(JsonElement body, Func<LetterSelection, QueryReader, T> read) where T : class
    {
        var filter = body.TryGetProperty("filter", out var given) ? given : default;
        if (filter.ValueKind != JsonValueKind.Object)
            return (null, Bad("The property filter must be an object; an empty one selects all open letters."));
        var (letters, problem) = Of(Values(filter).ToDictionary(StringComparer.Ordinal));
        var others = new QueryReader(Values(body).Where(one => one.Key != "filter"));
        var order = read(letters, others);
        return (problem ?? others.Problem()) is { } wrong ? (null, wrong) : (order, null);
    }

    private static IEnumerable<KeyValuePair<string, string>> Values(JsonElement item) => item.EnumerateObject()
        .GroupBy(property => property.Name).Select(same => KeyValuePair.Create(same.Key, Text(same.Last().Value)));

    private static string Text(JsonElement value) =>
        value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();

    private static Problem Bad(string detail) => Problem.OfStatus(400) with { Detail = detail };
}
