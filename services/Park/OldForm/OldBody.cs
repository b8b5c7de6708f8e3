using System.Globalization;
using System.Text.Json;

namespace RideIngest.Park.OldForm;

/// <summary>The body of a request in the old form: form fields, or one JSON object.</summary>
internal sealed class OldBody
{
    private readonly Dictionary<string, string?> _values;

    private OldBody(Dictionary<string, string?> values) => _values = values;

    /// <exception cref="OldFormException">The body cannot be read.</exception>
    public static async Task<OldBody> ReadAsync(HttpRequest request)
    {
        if (request.HasFormContentType)
            return new(await FormAsync(request));
        if (request.ContentLength is 0 or null && !request.HasJsonContentType())
            return new([]);
        try
        {
            using var json = await JsonDocument.ParseAsync(request.Body, cancellationToken: request.HttpContext.RequestAborted);
            return json.RootElement.ValueKind == JsonValueKind.Object
                ? new(Members(json.RootElement))
                : throw new OldFormException("the body must be form fields or a JSON object");
        }
        catch (JsonException e)
        {
            throw new OldFormException($"the body is neither form fields nor JSON: {e.Message}");
        }
    }

    private static async Task<Dictionary<string, string?>> FormAsync(HttpRequest request)
    {
        try
        {
            var form = await request.ReadFormAsync(request.HttpContext.RequestAborted);
            return form.ToDictionary(field => field.Key, field => (string?)field.Value);
        }
        catch (InvalidDataException e)
        {
            throw new OldFormException($"the body is no form: {e.Message}");
        }
    }

    /// <summary>Of members with the same name, the last one counts.</summary>
    private static Dictionary<string, string?> Members(JsonElement given)
    {
        var members = new Dictionary<string, string?>();
        foreach (var member in given.EnumerateObject())
            members[NameOf(member)] = TextOf(member);
        return members;
    }

    private static string NameOf(JsonProperty member)
    {
        try
        {
            return member.Name;
        }
        catch (InvalidOperationException)
        {
            throw new OldFormException("the body is not valid Unicode");
        }
    }

    /// <exception cref="OldFormException">It is missing or too long.</exception>
    public string Text(string name, int most, bool isRequired = true) => _values.GetValueOrDefault(name) switch
    {
        null or "" when !isRequired => "",
        { Length: > 0 } text when text.Length <= most && !text.Contains('\0') => text,
        _ => throw new OldFormException($"{name} must be text of 1 to {most.ToString(CultureInfo.InvariantCulture)} characters"),
    };

    /// <exception cref="OldFormException">It is missing or no such number.</exception>
    public long Whole(string name, long most) =>
        long.TryParse(_values.GetValueOrDefault(name), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        && number >= 1 && number <= most
            ? number
            : throw new OldFormException($"{name} must be a whole number from 1 to {most.ToString(CultureInfo.InvariantCulture)}");

    private static string? TextOf(JsonProperty member)
    {
        try
        {
            return member.Value.ValueKind switch
            {
                JsonValueKind.String => member.Value.GetString(),
                JsonValueKind.Number => member.Value.GetRawText(),
                JsonValueKind.Null => null,
                _ => throw new OldFormException($"{member.Name} must be text or a number"),
            };
        }
        catch (InvalidOperationException)
        {
            throw new OldFormException("the body is not valid Unicode");
        }
    }
}

/// <summary>A request in the old form is malformed.</summary>
internal sealed class OldFormException(string message) : Exception(message);
