using System.Globalization;
using System.Text.RegularExpressions;
using RideIngest.Faults.Worlds;

namespace RideIngest.Faults.Incidents;

/// <summary>The metrics that the alerts ask for, as a Prometheus that scrapes these processes would keep them.</summary>
internal sealed partial class Recording
{
    private static readonly string[] Asked =
        [.. Metric().Matches(File.ReadAllText(Alerts.Rules)).Select(metric => metric.Value).Distinct()];

    private readonly List<Dictionary<string, string>> _scrapes = [];

    public async Task ScrapeAsync(IEnumerable<Instance> instances)
    {
        var scrape = new Dictionary<string, string>();
        foreach (var (instance, text) in await Task.WhenAll(instances.Select(async one => (one, await TextAsync(one)))))
        {
            var target = $"job=\"{instance.Job}\",instance=\"{instance.Name}\"";
            scrape[$"up{{{target}}}"] = text is null ? "0" : "1";
            foreach (var sample in text is null ? [] : Sample().Matches(text).AsEnumerable())
            {
                if (Asked.Contains(sample.Groups["name"].Value))
                    scrape[Series(sample, target)] = Value(sample.Groups["value"].Value);
            }
        }
        _scrapes.Add(scrape);
    }

    /// <summary>The series as promtool reads them: first as the first scrape found them, at last as the last one.</summary>
    /// <param name="before">How many samples precede the recording.</param>
    /// <param name="after">How many samples follow the recording.</param>
    public IEnumerable<object> Series(int before, int after)
    {
        foreach (var series in _scrapes.SelectMany(scrape => scrape.Keys).Distinct())
        {
            var values = _scrapes.ConvertAll(scrape => scrape.GetValueOrDefault(series, "stale"));
            yield return new
            {
                series,
                values = string.Join(' ', [.. Enumerable.Repeat(values[0], before), .. values, .. Enumerable.Repeat(values[^1], after)]),
            };
        }
    }

    public int Scrapes => _scrapes.Count;

    /// <summary>Returns the largest value of a metric in the last scrape; 0 if it has none.</summary>
    public double Largest(string metric) => _scrapes[^1]
        .Where(sample => sample.Key.StartsWith($"{metric}{{", StringComparison.Ordinal))
        .Select(sample => double.Parse(sample.Value, CultureInfo.InvariantCulture))
        .DefaultIfEmpty().Max();

    private static async Task<string?> TextAsync(Instance instance)
    {
        try
        {
            return await instance.MetricsAsync();
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            return null;
        }
    }

    private static string Series(Match sample, string target) => sample.Groups["labels"].Value is { Length: > 0 } labels
        ? $"{sample.Groups["name"].Value}{{{labels},{target}}}"
        : $"{sample.Groups["name"].Value}{{{target}}}";

    private static string Value(string text) =>
        double.Parse(text, CultureInfo.InvariantCulture).ToString("0.######", CultureInfo.InvariantCulture);

    [GeneratedRegex(@"\brideingest_[a-z_]+\b")]
    private static partial Regex Metric();

    [GeneratedRegex(@"^(?<name>rideingest_[a-z_]+)(?:\{(?<labels>[^}]*)\})? (?<value>[-+0-9.eE]+)", RegexOptions.Multiline)]
    private static partial Regex Sample();
}
