using System.Reflection;
using Microsoft.Extensions.Configuration;

namespace RideIngest.Hosting.Config;

/// <summary>
/// The configuration of this process: a YAML file, then the environment (<c>RIDEINGEST__NATS__URL</c>), then the command line; later
/// sources win. All settings are validated on load.
/// </summary>
public sealed class Settings
{
    public const string EnvironmentPrefix = "RIDEINGEST__";

    private readonly IReadOnlyList<SettingsSection> _sections;
    private readonly IReadOnlyList<SettingsLayer> _layers;
    private readonly Dictionary<Type, object> _bound;

    private Settings(
        IReadOnlyList<SettingsSection> sections, IReadOnlyList<SettingsLayer> layers, Dictionary<Type, object> bound,
        IConfigurationRoot root)
    {
        (_sections, _layers, _bound, Configuration) = (sections, layers, bound, root);
        Foreign = [.. layers.SelectMany(l => l.Foreign)];
    }

    public IConfigurationRoot Configuration { get; }

    /// <summary>Sections with their origin that no module of this process uses, because the file may serve several services.</summary>
    public IReadOnlyList<string> Foreign { get; }

    /// <summary>The bound object of each section.</summary>
    public IReadOnlyDictionary<Type, object> Bound => _bound;

    /// <exception cref="SettingsException">Some settings are invalid; the message lists all problems.</exception>
    internal static Settings Load(
        IReadOnlyList<SettingsSection> sections, IReadOnlyList<string> args, IReadOnlyDictionary<string, string> aliases)
    {
        var problems = new List<string>();
        var schema = new SettingsSchema(sections);
        SettingsLayer[] layers = [new(schema, problems), new(schema, problems), new(schema, problems)];

        string? named = null;
        foreach (var (name, path, value) in CommandLine.Parse(args, aliases, problems))
        {
            if (name == CommandLine.ConfigPath)
                named = value;
            else
                layers[2].Add(path, value, $"--{name}", strict: true);
        }

        if (named is "")
            problems.Add("--config-path: a value is missing.");
        else if (named is not null && !File.Exists(named))
            problems.Add($"--config-path: there is no file {Path.GetFullPath(named)}.");
        else if (named is not null || File.Exists("config.yaml"))
            YamlFile.Read(named ?? "config.yaml", layers[0], problems);

        foreach (var (name, value) in Environment
            .GetEnvironmentVariables()
            .Cast<System.Collections.DictionaryEntry>()
            .Select(e => ((string)e.Key, (string?)e.Value)))
            if (name.StartsWith(EnvironmentPrefix, StringComparison.OrdinalIgnoreCase))
                layers[1].Add(name[EnvironmentPrefix.Length..].Split("__"), value, name, strict: false);

        var binder = new SettingsBinder(layers, problems);
        var bound = sections.ToDictionary(s => s.Type, binder.Bind);
        if (problems.Count > 0)
            throw new SettingsException(problems);

        var configuration = new ConfigurationBuilder();
        foreach (var layer in layers)
            configuration.Add(layer);
        return new(sections, layers, bound, configuration.Build());
    }

    public T Get<T>() where T : class => (T)_bound[typeof(T)];

    /// <summary>The settings of a section; null if no module of this process uses it.</summary>
    public T? Find<T>() where T : class => (T?)_bound.GetValueOrDefault(typeof(T));

    /// <summary>Whether any source sets the key, written as <c>nats.url</c>.</summary>
    public bool IsSet(string key) => _layers.Any(l => l.Find(key.Replace('.', ':'), out var value) && value is not null);

    /// <summary>All keys with their effective value and origin; secrets are masked.</summary>
    public IEnumerable<(string Key, string Value, string Origin)> Describe() =>
        _sections.SelectMany(s => Describe(_bound[s.Type], s.Name));

    private IEnumerable<(string, string, string)> Describe(object target, string at)
    {
        foreach (var property in SettingsShape.Of(target.GetType()).Properties)
        {
            var key = $"{at}:{SettingsShape.Snake(property.Name)}";
            var value = property.GetValue(target);
            switch (SettingsShape.Of(property.PropertyType).Kind)
            {
                case ShapeKind.Section:
                    foreach (var inner in Describe(value!, key))
                        yield return inner;
                    break;

                case ShapeKind.Value:
                    var layer = _layers.LastOrDefault(l => l.Find(key, out _));
                    var shown = value is null ? "" : Redaction.Shown(property, SettingsText.Format(value));
                    yield return (key.Replace(':', '.'), shown, layer?.Origin(key) ?? "default");
                    break;

                case ShapeKind.Map:
                    foreach (System.Collections.DictionaryEntry entry in (System.Collections.IDictionary)value!)
                    {
                        var each = entry.Value!.GetType().IsValueType ? SettingsText.Format(entry.Value) : Redaction.Mask;
                        yield return ($"{key}:{entry.Key}".Replace(':', '.'), each, "");
                    }
                    break;

                default:
                    yield return (key.Replace(':', '.'), $"{((System.Collections.ICollection)value!).Count} entries", "");
                    break;
            }
        }
    }
}
