using System.Diagnostics.Metrics;
using System.Globalization;
using RideIngest.Platform.Hosting;
using RideIngest.Platform.Messaging;
using RideIngest.Platform.Postgres;
using RideIngest.Platform.Telemetry;
using RideIngest.TestKit;

namespace RideIngest.Integration.Platform;

/// <summary>Records on the one meter, and reads <c>/metrics</c> as Prometheus would. Each test brings its own instruments.</summary>
public sealed class MetricsTests
{
    private readonly string _name = $"test.{Guid.NewGuid():N}";

    private string Exposed => _name.Replace('.', '_');

    [Fact]
    public async Task Promtool_has_nothing_against_what_a_busy_process_says()
    {
        var nats = await TestNats.SharedAsync();
        var database = await TestPostgres.CreateDatabaseAsync();
        await using var host = await new TestModule(s => s.AddNats().AddPostgres()).StartAsync($"--nats:url={nats.Url}", $"--postgres:url={database}");
        using var client = host.Client();
        await Eventually.True(async () => (await client.GetAsync("/readyz")).IsSuccessStatusCode);
        await client.GetAsync("/nowhere");
        Nasty();

        var answer = await client.GetAsync("/metrics");
        var text = await answer.Content.ReadAsStringAsync();

        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", answer.Content.Headers.ContentType!.ToString());
        Assert.Equal("", await DebianPrometheus.CheckAsync(text));
        Assert.Contains("dotnet_process_memory_working_set_bytes ", text, StringComparison.Ordinal);
        Assert.Contains("http_server_request_duration_seconds_bucket{", text, StringComparison.Ordinal);
        Assert.Contains("db_client_operation_duration_seconds_count{", text, StringComparison.Ordinal);
        await host.StopAsync();
    }

    [Fact]
    public async Task A_counter_adds_up_under_concurrent_recording()
    {
        await using var host = await new TestModule().StartAsync();
        var counter = RideIngestTelemetry.Meter.CreateCounter<long>(_name, "{record}", "Records.");

        await Task.WhenAll(Enumerable.Range(0, 8).Select(worker => Task.Run(() =>
        {
            for (var i = 0; i < 10_000; i++) counter.Add(1, new KeyValuePair<string, object?>("worker", worker % 2));
        })));

        Assert.Equal([$"{Exposed}_total{{worker=\"0\"}} 40000", $"{Exposed}_total{{worker=\"1\"}} 40000"], await LinesAsync(host));
        await host.StopAsync();
    }

    [Fact]
    public async Task A_histogram_has_cumulative_buckets_a_sum_and_a_count_that_agree()
    {
        await using var host = await new TestModule().StartAsync();
        var histogram = RideIngestTelemetry.Meter.CreateHistogram("x" + _name, "s", "Took.", null, new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.1, 1] });
        foreach (var value in (double[])[0.05, 0.1, 0.5, 7, double.NaN]) histogram.Record(value, new KeyValuePair<string, object?>("kind", "a"));

        Assert.Equal(
            [
                $"x{Exposed}_seconds_bucket{{kind=\"a\",le=\"0.1\"}} 2",
                $"x{Exposed}_seconds_bucket{{kind=\"a\",le=\"1\"}} 3",
                $"x{Exposed}_seconds_bucket{{kind=\"a\",le=\"+Inf\"}} 4",
                $"x{Exposed}_seconds_sum{{kind=\"a\"}} 7.65",
                $"x{Exposed}_seconds_count{{kind=\"a\"}} 4",
            ],
            await LinesAsync(host));
        await host.StopAsync();
    }

    [Fact]
    public async Task Labels_are_sorted_sanitised_and_escaped_and_their_order_makes_no_difference()
    {
        await using var host = await new TestModule().StartAsync();
        var counter = RideIngestTelemetry.Meter.CreateCounter<long>(_name);
        counter.Add(1, new("b.c", "back\\slash \"quote\"\nnew line Größe"), new("a", 1));
        counter.Add(1, new("a", 1), new("b.c", "back\\slash \"quote\"\nnew line Größe"));
        counter.Add(1, new("a", "1"), new("b.c", "back\\slash \"quote\"\nnew line Größe"));

        Assert.Equal([$"{Exposed}_total{{a=\"1\",b_c=\"back\\\\slash \\\"quote\\\"\\nnew line Größe\"}} 3"], await LinesAsync(host));
        await host.StopAsync();
    }

    [Fact]
    public async Task Gauges_and_up_down_counters_show_the_level_of_now()
    {
        await using var host = await new TestModule().StartAsync();
        var queue = RideIngestTelemetry.Meter.CreateUpDownCounter<int>(_name + ".queue", "{frame}");
        var level = RideIngestTelemetry.Meter.CreateGauge<double>(_name + ".level", "By");
        queue.Add(5);
        queue.Add(-2);
        level.Record(9);
        level.Record(2.5);

        Assert.Equal([$"{Exposed}_level_bytes 2.5", $"{Exposed}_queue 3"], await LinesAsync(host));
        await host.StopAsync();
    }

    [Fact]
    public async Task What_is_no_longer_observed_is_no_longer_shown()
    {
        await using var host = await new TestModule().StartAsync();
        Measurement<long>[] seen = [new(7, new KeyValuePair<string, object?>("stream", "rides"))];
        RideIngestTelemetry.Meter.CreateObservableGauge(_name, () => seen);

        Assert.Equal([$"{Exposed}{{stream=\"rides\"}} 7"], await LinesAsync(host));
        seen = [];
        Assert.Empty(await LinesAsync(host));
        await host.StopAsync();
    }

    [Fact]
    public async Task A_gauge_that_fails_hides_no_other()
    {
        await using var host = await new TestModule().StartAsync();
        var broken = true;
        RideIngestTelemetry.Meter.CreateObservableGauge(_name + ".broken", () => broken ? throw new InvalidOperationException() : 1);
        RideIngestTelemetry.Meter.CreateObservableGauge(_name + ".whole", () => 1);

        Assert.Equal([$"{Exposed}_whole 1"], await LinesAsync(host));
        broken = false;
        await host.StopAsync();
    }

    [Fact]
    public async Task Labels_without_end_are_counted_together_past_a_limit()
    {
        await using var host = await new TestModule().StartAsync();
        var counter = RideIngestTelemetry.Meter.CreateCounter<long>(_name);
        for (var i = 0; i < 5_000; i++) counter.Add(1, new KeyValuePair<string, object?>("id", i));

        var lines = await LinesAsync(host);

        Assert.Equal(2_001, lines.Count);
        Assert.Contains($"{Exposed}_total{{otel_metric_overflow=\"true\"}} 3000", lines);
        Assert.Equal(5_000, lines.Sum(l => long.Parse(l.Split(' ')[^1], CultureInfo.InvariantCulture)));
        await host.StopAsync();
    }

    [Fact]
    public async Task Recording_with_known_labels_allocates_nothing()
    {
        await using var host = await new TestModule().StartAsync();
        var counter = RideIngestTelemetry.Meter.CreateCounter<long>(_name);
        var histogram = RideIngestTelemetry.Meter.CreateHistogram<double>(_name + ".took", "s");
        void Record()
        {
            counter.Add(1, new("kind", "bookings"), new("outcome", "stored"));
            histogram.Record(0.25, new KeyValuePair<string, object?>("kind", "bookings"));
        }

        long Allocated()
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 1_000; i++) Record();
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }

        // The first rounds pay for code that is compiled while they run.
        Assert.Contains(0L, Enumerable.Range(0, 50).Select(_ => Allocated()));
        await host.StopAsync();
    }

    private void Nasty()
    {
        RideIngestTelemetry.Meter.CreateCounter<long>(_name + ".9-lives", "%", "Help with a \\ and\na new line.").Add(1, new KeyValuePair<string, object?>("le", "1"));
        RideIngestTelemetry.Meter.CreateHistogram<long>(_name + ".size", "By").Record(1_000, new KeyValuePair<string, object?>("1st", null));
        RideIngestTelemetry.Meter.CreateUpDownCounter<long>(_name + ".thread.count", "{thread}").Add(1);
        RideIngestTelemetry.Meter.CreateCounter<double>(_name + ".rate", "By/s").Add(double.PositiveInfinity);
    }

    private async Task<List<string>> LinesAsync(RideIngestHost host)
    {
        using var client = host.Client();
        var text = await client.GetStringAsync("/metrics");
        return [.. text.Split('\n').Where(l => l.Contains(Exposed, StringComparison.Ordinal) && !l.StartsWith('#'))];
    }
}
