using Microsoft.Extensions.Configuration;

namespace RideIngest.Hosting.Config;

/// <summary>The settings of one source: a file, the environment, or the command line.</summary>
internal sealed class SettingsLayer(SettingsSchema schema, List<string> problems) : ConfigurationProvider, IConfigurationSource
{
    private readonly Dictionary<string, string> _origins = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Sections with their origin that no module of this process uses.</summary>
    public List<string> Foreign { get; } = [];

    public IEnumerable<string> Keys => Data.Keys;

    public IConfigurationProvider Build(IConfigurationBuilder builder) => this;

    public override void Load() { }

    public bool Find(string key, out string? value) => Data.TryGetValue(key, out value);

    public string Origin(string key) => _origins[key];

    /// <param name="path">The segments of the key as written.</param>
    /// <param name="value">The text; null for a key without a value.</param>
    /// <param name="origin">Where the setting was written, for messages.</param>
    /// <param name="strict">Whether an unknown section is an error.</param>
    public void Add(IReadOnlyList<string> path, string? value, string origin, bool strict)
    {
        var resolved = schema.Resolve(path);
        if (resolved.Shape is null)
        {
            if (resolved.Foreign && !strict && path.Count > 1)
            {
                if (!Foreign.Exists(f => f.StartsWith($"{path[0]} ", StringComparison.Ordinal)))
                    Foreign.Add($"{path[0]} ({origin})");
                return;
            }

            var hint = resolved.Nearest is { } near ? $" Did you mean {near.Replace(':', '.')}?" : "";
            problems.Add($"{string.Join('.', path)}: there is no such key ({origin}).{hint}");
            return;
        }

        if (value is not null && resolved.InFile && !TryReadFile(ref value, $"{resolved.Key.Replace(':', '.')}_file", origin))
            return;

        if (resolved.Shape.Kind == ShapeKind.List && SettingsShape.Of(resolved.Shape.Element!).Kind == ShapeKind.Value)
        {
            var items = value?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [];
            for (var i = 0; i < items.Length; i++)
                Put($"{resolved.Key}:{i}", items[i], origin);
        }
        else if (resolved.Shape.Kind == ShapeKind.Value)
        {
            Put(resolved.Key, value, origin);
        }
        else if (value is not null)
        {
            problems.Add($"{resolved.Key.Replace(':', '.')}: is a section and cannot have a value ({origin}).");
        }
    }

    private bool TryReadFile(ref string value, string key, string origin)
    {
        try
        {
            var text = File.ReadAllText(value).TrimEnd('\r', '\n');
            if (text.Length == 0)
                problems.Add($"{key}: the file {value} is empty ({origin}).");
            value = text;
            return text.Length > 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            problems.Add($"{key}: the file {value} cannot be read ({origin}): {e.Message}");
            return false;
        }
    }

    private void Put(string key, string? value, string origin)
    {
        Data[key] = value;
        _origins[key] = origin;
    }
}
