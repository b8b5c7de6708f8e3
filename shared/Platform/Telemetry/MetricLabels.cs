using System.Globalization;

namespace RideIngest.Platform.Telemetry;

/// <summary>Writes tags as Prometheus labels: sorted, sanitised, escaped.</summary>
internal static class MetricLabels
{
    public static string Of(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var labels = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in tags)
        {
            var name = Name(key);
            var text = Text(value);

            // Two tags may become one label (a.b and a_b): both values are kept.
            labels[name] = labels.TryGetValue(name, out var other) ? $"{other};{text}" : text;
        }

        return string.Join(',', labels.Select(l => $"{l.Key}=\"{Escaped(l.Value)}\""));
    }

    public static string EscapedHelp(string text) =>
        text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\r", "", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);

    private static string Escaped(string text) =>
        text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);

    // le belongs to histograms, and a name that begins with two underscores to Prometheus itself.
    private static string Name(string key) => MetricName.Sanitised(key) is var name && name == "le" ? "label_le" : name;

    private static string Text(object? value) => value switch
    {
        null => "",
        bool on => on ? "true" : "false",
        Array many => string.Join(',', many.Cast<object?>().Select(Text)),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };
}
