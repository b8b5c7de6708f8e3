using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Primitives;
using RideIngest.Hosting.Problems;
using RideIngest.Storage.DeadLetters;

namespace RideIngest.Console.Letters;

/// <summary>The body of <c>POST /ops/replays</c>, read.</summary>
/// <param name="Written">The filter as it was written.</param>
internal sealed record ReplayOrder(DeadLetterFilter Filter, IReadOnlyDictionary<string, string> Written, int Rate, bool IsDryRun)
{
    public const int MostRate = 10_000;

    private const int UsualRate = 100;

    public static async Task<(ReplayOrder? Order, Problem? Problem)> ReadAsync(HttpRequest request)
    {
        try
        {
            using var body = await JsonDocument.ParseAsync(request.Body, cancellationToken: request.HttpContext.RequestAborted);
            if (body.RootElement.ValueKind != JsonValueKind.Object)
                return (null, Bad("The body must be an object with filter, rate and dry_run."));
            return Read(body.RootElement);
        }
        catch (JsonException e)
        {
            return (null, Bad($"The body is not JSON: {e.Message}"));
        }
    }

    private static (ReplayOrder? Order, Problem? Problem) Read(JsonElement body)
    {
        var filter = body.TryGetProperty("filter", out var given) ? given : default;
        if (filter.ValueKind != JsonValueKind.Object)
            return (null, Bad("The property filter must be an object; an empty one selects all open letters."));
        var written = filter.EnumerateObject().GroupBy(property => property.Name)
            .ToDictionary(same => same.Key, same => Text(same.Last().Value), StringComparer.Ordinal);
        var filters = new QueryReader(written.Select(one => KeyValuePair.Create(one.Key, new StringValues(one.Value))));
        var selected = filters.Filter();
        if (selected.State is not (null or DeadLetterState.Open))
            filters.Wrong("state", "must be open, because only open letters are replayed");
        var others = new QueryReader(body.EnumerateObject().Where(property => property.Name != "filter")
            .GroupBy(property => property.Name).Select(same => KeyValuePair.Create(same.Key, new StringValues(Text(same.Last().Value)))));
        var (rate, isDryRun) = (others.Number("rate", UsualRate, MostRate), others.Flag("dry_run") ?? false);
        return (filters.Problem() ?? others.Problem()) is { } problem
            ? (null, problem)
            : (new ReplayOrder(selected, written, rate, isDryRun), null);
    }

    private static string Text(JsonElement value) =>
        value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();

    private static Problem Bad(string detail) => Problem.OfStatus(400) with { Detail = detail };
}
