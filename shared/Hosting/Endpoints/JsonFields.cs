using System.Globalization;
using System.Text.Json;
using RideIngest.Hosting.Config;
using RideIngest.Hosting.Problems;

namespace RideIngest.Hosting.Endpoints;

/// <summary>Reads the members of a JSON object, and remembers the name of every one that is wrong, missing or unknown.</summary>
public sealed class JsonFields
{
    private readonly JsonElement _object;
    private readonly SortedDictionary<string, string[]> _errors = new(StringComparer.Ordinal);
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);

    internal JsonFields(JsonElement given) => _object = given;

    public bool Has(string name) => Member(name) is not null;

    public string? Text(string name, int least, int most, bool isRequired = true) => Read(
        name, string.Create(CultureInfo.InvariantCulture, $"must be text of {least} to {most} characters"), isRequired,
        value => value.ValueKind == JsonValueKind.String && TextOf(value) is { } text && text.Length >= least && text.Length <= most
            ? text
            : null);

    public int? Whole(string name, int least, int most, bool isRequired = true) => Read<int?>(
        name, string.Create(CultureInfo.InvariantCulture, $"must be a whole number from {least} to {most}"), isRequired,
        value => value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number >= least && number <= most
            ? number
            : null);

    public TimeSpan? Time(string name, TimeSpan least, TimeSpan most, bool isRequired = true) => Read<TimeSpan?>(
        name, $"must be a duration from {Duration.Format(least)} to {Duration.Format(most)}, such as 3m", isRequired,
        value => value.ValueKind == JsonValueKind.String && TextOf(value) is { } text && Duration.TryParse(text, out var time)
            && time >= least && time <= most && time.Ticks % TimeSpan.TicksPerMillisecond == 0
                ? time
                : null);

    public DateTimeOffset? Instant(string name, bool isRequired = true) => Read<DateTimeOffset?>(
        name, "must be an instant with an offset, such as 2013-01-31T18:05:00Z", isRequired,
        value => value.ValueKind == JsonValueKind.String && value.TryGetDateTimeOffset(out var instant) && TextOf(value) is { } text
            && text.IndexOf('T', StringComparison.Ordinal) is > 0 and var time
            && (text.EndsWith('Z') || text.LastIndexOfAny(['+', '-']) > time)
                ? instant.ToUniversalTime()
                : null);

    public string? Choice(string name, string[] words, bool isRequired = true) => Read(
        name, $"must be one of {string.Join(", ", words)}", isRequired,
        value => value.ValueKind == JsonValueKind.String && TextOf(value) is { } text && words.Contains(text) ? text : null);

    /// <summary>The problem that names everything wrong; null if nothing is. Call it after all members are read.</summary>
    public Problem? Problem()
    {
        foreach (var name in _object.EnumerateObject().Select(NameOf).Where(name => !_known.Contains(name)))
            _errors[name] = [$"is unknown; there are {string.Join(", ", _known)}"];
        return _errors.Count == 0 ? null : Problems.Problem.OfStatus(422) with
        {
            Detail = $"{string.Join("; ", _errors.Select(error => $"{error.Key} {error.Value[0]}"))}.",
            Errors = _errors,
        };
    }

    private T? Read<T>(string name, string rule, bool isRequired, Func<JsonElement, T?> parse)
    {
        _known.Add(name);
        if (Member(name) is not { } member)
        {
            if (isRequired)
                _errors[name] = ["is required"];
            return default;
        }
        var value = parse(member);
        if (value is null)
            _errors[name] = [rule];
        return value;
    }

    private JsonElement? Member(string name) =>
        _object.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private static string NameOf(JsonProperty member)
    {
        try
        {
            return member.Name;
        }
        catch (InvalidOperationException)
        {
            return "A name that is not valid Unicode";
        }
    }

    /// <returns>Null if it is no valid Unicode, or has a character that Postgres does not store.</returns>
    private static string? TextOf(JsonElement value)
    {
        try
        {
            return value.GetString() is { } text && !text.Contains('\0') ? text : null;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
