using System.Collections.Concurrent;
using System.Reflection;
using System.Text;

namespace RideIngest.Hosting.Config;

internal enum ShapeKind { Value, Section, List, Map }

/// <summary>The keys of a settings class, and the shape of each value.</summary>
internal sealed class SettingsShape
{
    private static readonly ConcurrentDictionary<Type, SettingsShape> Known = [];

    private SettingsShape(Type type)
    {
        Type = Nullable.GetUnderlyingType(type) ?? type;
        if (Type == typeof(string) || Type.IsPrimitive || Type.IsEnum || Type == typeof(TimeSpan)
            || Type == typeof(DateTimeOffset))
            Kind = ShapeKind.Value;
        else if (Type.IsGenericType && Type.GetGenericTypeDefinition() == typeof(Dictionary<,>))
            (Kind, Element) = (ShapeKind.Map, Type.GetGenericArguments()[1]);
        else if (Type.IsGenericType && Type.GetGenericTypeDefinition() == typeof(List<>))
            (Kind, Element) = (ShapeKind.List, Type.GetGenericArguments()[0]);
        else
            (Kind, Properties) = (
                ShapeKind.Section, [.. Type.GetProperties().Where(p => p.CanWrite && p.GetIndexParameters().Length == 0)]);
    }

    public Type Type { get; }

    public ShapeKind Kind { get; }

    public Type? Element { get; }

    public IReadOnlyList<PropertyInfo> Properties { get; } = [];

    public static SettingsShape Of(Type type) => Known.GetOrAdd(type, static t => new SettingsShape(t));

    /// <summary>Compares names: <c>drain_delay</c>, <c>drainDelay</c> and <c>DRAIN_DELAY</c> are the same key.</summary>
    public static bool SameName(string written, string name) =>
        string.Equals(Plain(written), Plain(name), StringComparison.OrdinalIgnoreCase);

    /// <summary>Converts <c>DrainDelay</c> to its YAML spelling <c>drain_delay</c>.</summary>
    public static string Snake(string name)
    {
        var text = new StringBuilder(name.Length + 4);
        foreach (var letter in name)
        {
            if (char.IsUpper(letter) && text.Length > 0)
                text.Append('_');
            text.Append(char.ToLowerInvariant(letter));
        }

        return text.ToString();
    }

    private static string Plain(string name) => name.Replace("_", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal);
}
