using System.Reflection;

namespace RideIngest.Hosting.Config;

/// <summary>A section of the configuration and its class.</summary>
internal sealed record SettingsSection(string Name, Type Type);

/// <summary>The result of looking up a key.</summary>
/// <param name="Key">The key as Microsoft.Extensions.Configuration spells it.</param>
/// <param name="Shape">The expected type; null for an unknown key.</param>
/// <param name="InFile">The value is the path of a file with the actual value.</param>
/// <param name="Nearest">For an unknown key, the known key that it resembles.</param>
/// <param name="Foreign">The section is unknown and resembles no known one, so it belongs to another service.</param>
internal sealed record ResolvedKey(string Key, SettingsShape? Shape, bool InFile = false, string? Nearest = null, bool Foreign = false);

/// <summary>All keys that this process knows.</summary>
internal sealed class SettingsSchema(IReadOnlyList<SettingsSection> sections)
{
    public IReadOnlyList<SettingsSection> Sections => sections;

    public ResolvedKey Resolve(IReadOnlyList<string> path)
    {
        var section = sections.FirstOrDefault(s => SettingsShape.SameName(path[0], s.Name));
        if (section is null)
        {
            var near = NearestName.Of(path[0], sections.Select(s => s.Name));
            return new(path[0], null, Nearest: near, Foreign: near is null);
        }

        var key = section.Name;
        var shape = SettingsShape.Of(section.Type);
        for (var depth = 1; depth < path.Count; depth++)
        {
            var name = path[depth];
            switch (shape.Kind)
            {
                case ShapeKind.List or ShapeKind.Map:
                    (key, shape) = ($"{key}:{name}", SettingsShape.Of(shape.Element!));
                    break;

                case ShapeKind.Section when Property(shape, name) is { } property:
                    (key, shape) = ($"{key}:{SettingsShape.Snake(property.Name)}", SettingsShape.Of(property.PropertyType));
                    break;

                case ShapeKind.Section when depth == path.Count - 1 && FileOf(shape, name) is { } property:
                    return new($"{key}:{SettingsShape.Snake(property.Name)}", SettingsShape.Of(property.PropertyType), InFile: true);

                default:
                    var near = NearestName.Of(name, shape.Properties.Select(p => SettingsShape.Snake(p.Name)));
                    return new($"{key}:{name}", null, Nearest: near is null ? null : $"{key}:{near}");
            }
        }

        return new(key, shape);
    }

    private static PropertyInfo? Property(SettingsShape shape, string name) =>
        shape.Properties.FirstOrDefault(p => SettingsShape.SameName(name, p.Name));

    private static PropertyInfo? FileOf(SettingsShape shape, string name) =>
        name.EndsWith("file", StringComparison.OrdinalIgnoreCase)
        && Property(shape, name[..^4]) is { } property && SettingsShape.Of(property.PropertyType).Kind == ShapeKind.Value
            ? property : null;
}
