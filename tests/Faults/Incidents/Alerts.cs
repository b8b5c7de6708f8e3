using System.Text.Json;
using RideIngest.TestKit.Files;
using RideIngest.TestKit.Servers;

namespace RideIngest.Faults.Incidents;

/// <summary>The alerting rules, evaluated by promtool over a recording whose seconds count as scrape intervals of 5 s.</summary>
internal static class Alerts
{
    private const int Interval = 5;
    private const int SamplesPerMinute = 60 / Interval;

    // Longer than any window that a rule looks back over.
    private const int Around = 35 * SamplesPerMinute;

    public static string Rules { get; } = Path.Combine(Repository.Root, "deploy/prometheus/alerts.yml");

    /// <param name="fired">The alerts that fire in the course of the recording.</param>
    /// <param name="last">Those of them that still fire half an hour after it, if all stays as it is at its end.</param>
    public static async Task AssertAsync(Recording recording, string[] fired, string[] last)
    {
        using var directory = new TestDirectory();
        var end = Around + recording.Scrapes;
        var test = new
        {
            rule_files = new[] { Rules },
            evaluation_interval = "15s",
            tests = new[]
            {
                new
                {
                    interval = $"{Interval}s",
                    input_series = recording.Series(Around, Around).ToArray(),
                    promql_expr_test = new[]
                    {
                        Expect($"group by (alertname) (last_over_time(ALERTS{{alertstate=\"firing\"}}[{recording.Scrapes * Interval}s]))", end, fired),
                        Expect("group by (alertname) (ALERTS{alertstate=\"firing\"})", end + Around - SamplesPerMinute, last),
                    },
                },
            },
        };
        var file = directory.In("test.yml");
        await File.WriteAllTextAsync(file, JsonSerializer.Serialize(test));

        var said = await DebianPrometheus.PromtoolAsync("test", "rules", file);
        Assert.True(said.Length == 0, said);
    }

    private static object Expect(string expr, int sample, string[] alerts) => new
    {
        expr,
        eval_time = $"{sample * Interval}s",
        exp_samples = alerts.Select(alert => new { labels = $"{{alertname=\"{alert}\"}}", value = 1 }).ToArray(),
    };
}
