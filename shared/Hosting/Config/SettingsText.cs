using System.ComponentModel;
using System.Globalization;

namespace RideIngest.Hosting.Config;

/// <summary>Converts the text of a setting to its value and back.</summary>
internal static class SettingsText
{
    /// <returns>False, with the expected format, when the text is invalid.</returns>
    public static bool TryParse(Type type, string text, out object? value, out string expected)
    {
        (value, expected) = (null, "");
        if (type == typeof(string))
            value = text;
        else if (type == typeof(bool))
            (value, expected) = (Bool(text), "true or false");
        else if (type == typeof(TimeSpan))
            (value, expected) = (Duration.TryParse(text, out var span) ? span : null, "a duration such as 500ms, 5s or 1h30m");
        else if (type == typeof(DateTimeOffset))
            (value, expected) = (Instant(text), "an instant such as 2026-11-29T08:00:00Z");
        else if (type == typeof(long))
            (value, expected) = (ByteSize.TryParse(text, out var size) ? size : null, "a whole number or a size such as 64MB");
        else if (type.IsEnum)
            (value, expected) = (Member(type, text), $"one of {string.Join(", ", Enum.GetNames(type).Select(SettingsShape.Snake))}");
        else
            (value, expected) = (Number(type, text), type == typeof(double) ? "a number" : "a whole number");
        return value is not null;
    }

    public static string Format(object? value) => value switch
    {
        null => "",
        bool on => on ? "true" : "false",
        TimeSpan span => Duration.Format(span),
        Enum member => SettingsShape.Snake(member.ToString()),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    private static DateTimeOffset? Instant(string text) => DateTimeOffset.TryParse(
        text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var instant)
        ? instant
        : null;

    private static object? Bool(string text) => text.ToLowerInvariant() switch
    {
        "true" or "yes" or "on" or "1" => true,
        "false" or "no" or "off" or "0" => false,
        _ => null,
    };

    private static object? Member(Type type, string text) =>
        Array.Find(Enum.GetNames(type), name => SettingsShape.SameName(text, name)) is { } name ? Enum.Parse(type, name) : null;

    private static object? Number(Type type, string text)
    {
        try
        {
            return TypeDescriptor.GetConverter(type).ConvertFromInvariantString(text);
        }
        catch (Exception e) when (e is ArgumentException or FormatException or NotSupportedException)
        {
            return null;
        }
    }
}
