using System.Globalization;
using System.Text;

namespace RideIngest.Platform.Telemetry;

/// <summary>The text exposition format, version 0.0.4.</summary>
internal static class PrometheusText
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    public static string Write(IEnumerable<MetricFamily> families, long scrape)
    {
        var text = new StringBuilder(16384);
        foreach (var family in families)
        {
            var series = family.Snapshot();
            if (family.Expires) series = Array.FindAll(series, s => s.Seen == scrape);
            if (series.Length == 0) continue;

            text.Append("# HELP ").Append(family.Name).Append(' ').Append(MetricLabels.EscapedHelp(family.Help)).Append('\n');
            text.Append("# TYPE ").Append(family.Name).Append(' ').Append(family.Kind.ToString().ToLowerInvariant()).Append('\n');
            foreach (var one in series)
            {
                if (family.Kind == MetricKind.Histogram) Histogram(text, family.Name, one);
                else Line(text, family.Name, "", one.Labels, "", one.Value);
            }
        }

        return text.ToString();
    }

    private static void Histogram(StringBuilder text, string name, MetricSeries series)
    {
        var cumulative = new long[series.Bounds.Length + 1];
        var sum = series.Value;
        series.ReadBuckets(cumulative);
        for (var i = 0; i < cumulative.Length; i++)
            Line(text, name, "_bucket", series.Labels, $"le=\"{(i < series.Bounds.Length ? Number(series.Bounds[i]) : "+Inf")}\"", cumulative[i]);
        Line(text, name, "_sum", series.Labels, "", sum);
        Line(text, name, "_count", series.Labels, "", cumulative[^1]);
    }

    private static void Line(StringBuilder text, string name, string suffix, string labels, string more, double value)
    {
        text.Append(name).Append(suffix);
        if (labels.Length + more.Length > 0)
            text.Append('{').Append(labels).Append(labels.Length > 0 && more.Length > 0 ? "," : "").Append(more).Append('}');
        text.Append(' ').Append(Number(value)).Append('\n');
    }

    private static string Number(double value) =>
        double.IsNaN(value) ? "NaN"
        : double.IsPositiveInfinity(value) ? "+Inf"
        : double.IsNegativeInfinity(value) ? "-Inf"
        : value.ToString("R", CultureInfo.InvariantCulture);
}
