using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Primitives;
using RideIngest.Hosting.Endpoints;
using RideIngest.Hosting.Problems;
using RideIngest.Storage.DeadLetters;

namespace RideIngest.Console.Letters.Pages;

/// <summary>The filter in the address of a page: as in the API, but empty values select all, and no state selects open letters.</summary>
public sealed class PageFilter
{
    /// <summary>The value with which letters of all states are selected.</summary>
    public const string AnyState = "any";

    private const string State = "state";

    // Of the page, and not of the filter.
    private static readonly string[] Others = ["after", "done"];

    private readonly Dictionary<string, string> _given;

    public PageFilter(HttpContext http)
    {
        _given = http.Request.Query.Where(value => !StringValues.IsNullOrEmpty(value.Value) && !Others.Contains(value.Key))
            .ToDictionary(value => value.Key, value => $"{value.Value}", StringComparer.Ordinal);
        _given.TryAdd(State, Word(DeadLetterState.Open));
        var values = _given.Where(value => value is not { Key: State, Value: AnyState });
        if (http.Request.Query["after"] is [{ Length: > 0 } after])
            values = values.Append(KeyValuePair.Create("after", after));
        var query = new QueryReader(values);
        (Selected, After) = (query.Filter(), query.After());
        Problem = query.Problem() ?? LetterQuery.Forbid(Selected, Operator.Of(http));
    }

    public DeadLetterFilter Selected { get; }

    public DeadLetterCursor? After { get; }

    /// <summary>What is wrong with it; null if nothing is.</summary>
    public Problem? Problem { get; }

    /// <summary>The filter as it was written.</summary>
    public IReadOnlyDictionary<string, string> Written => _given;

    public string? this[string name] => _given.GetValueOrDefault(name);

    /// <summary>The address of a page with this filter, some of it changed; null takes a value off.</summary>
    public string At(string path, params ReadOnlySpan<(string Name, string? Value)> changed)
    {
        var values = _given.ToDictionary(value => value.Key, value => (string?)value.Value, StringComparer.Ordinal);
        foreach (var (name, value) in changed)
            values[name] = value;
        return QueryHelpers.AddQueryString(path, values.Where(value => value.Value is not null));
    }

    /// <summary>A name as the API writes it.</summary>
    public static string Word<T>(T value) where T : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());
}
