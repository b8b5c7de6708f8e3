using System.Diagnostics.Metrics;
using System.Text;

namespace RideIngest.Platform.Telemetry;

/// <summary>Turns instrument names and units into what Prometheus calls them.</summary>
internal static class MetricName
{
    /// <summary><c>http.server.request.duration</c> in <c>s</c> is <c>http_server_request_duration_seconds</c>.</summary>
    public static string Of(Instrument instrument, MetricKind kind)
    {
        var name = Sanitised(instrument.Name);
        var unit = Unit(instrument.Unit);
        if (unit.Length > 0 && !$"_{name}_".Contains($"_{unit}_", StringComparison.Ordinal)) name += $"_{unit}";

        // A histogram's suffixes are no names for anything else.
        if (kind is MetricKind.Gauge)
            foreach (var reserved in (string[])["_count", "_sum", "_bucket", "_total"])
                if (name.EndsWith(reserved, StringComparison.Ordinal)) name = name[..^reserved.Length];

        return kind == MetricKind.Counter && !name.EndsWith("_total", StringComparison.Ordinal) ? $"{name}_total" : name;
    }

    /// <summary>Letters, digits and underscores, none of them doubled, no digit at the start.</summary>
    public static string Sanitised(string name)
    {
        var text = new StringBuilder(name.Length);
        foreach (var letter in name)
        {
            if (char.IsAsciiLetterOrDigit(letter)) text.Append(letter);
            else if (text.Length > 0 && text[^1] != '_') text.Append('_');
        }

        while (text.Length > 0 && text[^1] == '_') text.Length--;
        if (text.Length == 0 || char.IsAsciiDigit(text[0])) text.Insert(0, '_');
        return text.ToString();
    }

    // UCUM, the spelling that OpenTelemetry asks instruments to use; {things} are remarks and no unit.
    private static string Unit(string? unit)
    {
        if (string.IsNullOrEmpty(unit) || unit == "1" || unit.StartsWith('{')) return "";
        var per = unit.IndexOf('/', StringComparison.Ordinal);
        if (per >= 0) return $"{Unit(unit[..per])}_per_{Unit(unit[(per + 1)..]).TrimEnd('s')}".Trim('_');
        return unit switch
        {
            "d" => "days",
            "h" => "hours",
            "min" => "minutes",
            "s" => "seconds",
            "ms" => "milliseconds",
            "us" => "microseconds",
            "ns" => "nanoseconds",
            "By" => "bytes",
            "KiBy" => "kibibytes",
            "MiBy" => "mebibytes",
            "%" => "percent",
            "Cel" => "celsius",
            "Hz" => "hertz",
            _ => Sanitised(unit),
        };
    }
}
