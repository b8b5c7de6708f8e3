using System.Collections;
using System.ComponentModel.DataAnnotations;
using System.Reflection;

namespace RideIngest.Hosting.Config;

/// <summary>Binds settings classes from the layers, and collects all problems instead of stopping at the first.</summary>
internal sealed class SettingsBinder(IReadOnlyList<SettingsLayer> layers, List<string> problems)
{
    public object Bind(SettingsSection section) => BindSection(section.Type, section.Name);

    private object BindSection(Type type, string key)
    {
        var target = Activator.CreateInstance(type)!;
        foreach (var property in SettingsShape.Of(type).Properties)
        {
            var at = $"{key}:{SettingsShape.Snake(property.Name)}";
            var shape = SettingsShape.Of(property.PropertyType);
            if (shape.Kind == ShapeKind.Map)
                FillMap((IDictionary)property.GetValue(target)!, shape, property, at);
            else if (Value(shape, property, at) is { } value)
                property.SetValue(target, value);
            Validate(target, property, at);
        }

        return target;
    }

    private object? Value(SettingsShape shape, PropertyInfo property, string at) => shape.Kind switch
    {
        ShapeKind.Value => Text(shape.Type, property, at),
        ShapeKind.Section => BindSection(shape.Type, at),
        _ => List(shape, property, at),
    };

    private object? Text(Type type, PropertyInfo property, string at)
    {
        var layer = layers.LastOrDefault(l => l.Find(at, out _));
        if (layer is null || !layer.Find(at, out var text) || text is null)
            return null;
        if (SettingsText.TryParse(type, text, out var value, out var expected))
            return value;
        Report(at, property, $"\"{Redaction.Shown(property, text)}\" is not {expected}");
        return null;
    }

    /// <summary>Reads a list from the topmost layer that has it: lists replace each other and are not merged.</summary>
    private IList? List(SettingsShape shape, PropertyInfo property, string at)
    {
        var layer = layers.LastOrDefault(l => l.Keys.Any(k => Below(k, at)));
        if (layer is null)
            return null;
        var list = (IList)Activator.CreateInstance(shape.Type)!;
        foreach (var name in Names([layer], at).OrderBy(n => n.Length).ThenBy(n => n, StringComparer.Ordinal))
            if (Value(SettingsShape.Of(shape.Element!), property, $"{at}:{name}") is { } item)
                list.Add(item);
        return list;
    }

    /// <summary>Merges configured entries into the default ones by name.</summary>
    private void FillMap(IDictionary map, SettingsShape shape, PropertyInfo property, string at)
    {
        foreach (var name in Names(layers, at))
            if (Value(SettingsShape.Of(shape.Element!), property, $"{at}:{name}") is { } item)
                map[name] = item;
    }

    private static IEnumerable<string> Names(IEnumerable<SettingsLayer> layers, string at) =>
        layers.SelectMany(l => l.Keys).Where(k => Below(k, at)).Select(k => k[(at.Length + 1)..].Split(':')[0])
            .Distinct(StringComparer.OrdinalIgnoreCase);

    private static bool Below(string key, string at) =>
        key.Length > at.Length + 1 && key[at.Length] == ':' && key.StartsWith(at, StringComparison.OrdinalIgnoreCase);

    private void Validate(object target, PropertyInfo property, string at)
    {
        var value = property.GetValue(target);
        foreach (var rule in property.GetCustomAttributes<ValidationAttribute>())
        {
            var context = new ValidationContext(target) { MemberName = property.Name, DisplayName = "it" };
            if (rule.GetValidationResult(value, context) is not { ErrorMessage: { } message })
                continue;
            Report(at, property, rule is RequiredAttribute
                ? "a value is missing"
                : $"\"{Redaction.Shown(property, SettingsText.Format(value))}\" is invalid: {Decapitalised(message)}");
        }
    }

    private void Report(string at, PropertyInfo property, string what)
    {
        var layer = layers.LastOrDefault(l => l.Find(at, out _));
        var origin = layer is null ? "" : $" ({layer.Origin(at)})";
        var good = property.GetCustomAttribute<GoodValueAttribute>() is { } example ? $" A good value: {example.Value}" : "";
        problems.Add($"{at.Replace(':', '.')}: {what}{origin}.{good}");
    }

    private static string Decapitalised(string message) =>
        message.Length == 0 ? message : char.ToLowerInvariant(message[0]) + message[1..].TrimEnd('.');
}
