using System.Globalization;
using Microsoft.Extensions.Primitives;
using RideIngest.Hosting.Problems;

namespace RideIngest.Hosting.Endpoints;

/// <summary>Reads named values, and remembers the name of every one that is wrong or not read.</summary>
public sealed class QueryReader(IEnumerable<KeyValuePair<string, StringValues>> values)
{
    private const int LongestText = 300;

    private static readonly string[] InstantFormats =
    [
        "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFzzz", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", "yyyy-MM-dd'T'HH:mmzzz", "yyyy-MM-dd'T'HH:mm'Z'",
    ];

    private readonly Dictionary<string, StringValues> _values = new(values, StringComparer.Ordinal);
    private readonly SortedDictionary<string, string[]> _errors = new(StringComparer.Ordinal);
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);

    /// <summary>Reads values that are not repeated.</summary>
    public QueryReader(IEnumerable<KeyValuePair<string, string>> values)
        : this(values.Select(value => KeyValuePair.Create(value.Key, new StringValues(value.Value))))
    {
    }

    public string? Text(string name, int least = 1, int most = LongestText) => Read(
        name,
        string.Create(CultureInfo.InvariantCulture, $"must be text of {least} to {most} characters"),
        text => text.Length >= least && text.Length <= most && !text.Contains('\0') ? text : null);

    public T? Choice<T>(string name) where T : struct, Enum
    {
        var words = Enum.GetNames<T>().Select(word => word.ToLowerInvariant()).ToArray();
        return Read<T?>(name, $"must be one of {string.Join(", ", words)}", text =>
            words.Contains(text) ? Enum.Parse<T>(text, ignoreCase: true) : null);
    }

    public bool? Flag(string name) => Read<bool?>(name, "must be true or false", text => text switch
    {
        "true" => true,
        "false" => false,
        _ => null,
    });

    public int Number(string name, int usual, int most) => Read<int?>(
        name,
        string.Create(CultureInfo.InvariantCulture, $"must be a number from 1 to {most}"),
        text => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= 1 && number <= most
            ? number
            : null) ?? usual;

    public DateTimeOffset? Instant(string name) => Read<DateTimeOffset?>(
        name,
        "must be an instant with an offset, such as 2013-01-31T18:05:00Z",
        text => DateTimeOffset.TryParseExact(
            text, InstantFormats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
            out var instant) ? instant : null);

    /// <param name="parse">Returns null for a text that is no cursor.</param>
    public T? Cursor<T>(Func<string, T?> parse) where T : struct =>
        Read("after", "must be the value of next in the page before", parse);

    public void Wrong(string name, string message) => _errors[name] = [message];

    /// <summary>The problem that names everything wrong; null if nothing is. Call it after all values are read.</summary>
    public Problem? Problem()
    {
        foreach (var unknown in _values.Keys.Where(name => !_known.Contains(name)))
            Wrong(unknown, $"is unknown; there are {string.Join(", ", _known)}");
        return _errors.Count == 0 ? null : Hosting.Problems.Problem.OfStatus(400) with
        {
            Detail = $"{string.Join("; ", _errors.Select(error => $"{error.Key} {error.Value[0]}"))}.",
            Errors = _errors,
        };
    }

    private T? Read<T>(string name, string rule, Func<string, T?> parse)
    {
        _known.Add(name);
        if (!_values.TryGetValue(name, out var given))
            return default;
        var value = given is [{ } text] ? parse(text) : default;
        if (value is null)
            Wrong(name, given.Count > 1 ? "must not be repeated" : rule);
        return value;
    }
}
