using System.Diagnostics.Metrics;
using System.Globalization;
using RideIngest.Hosting.Processes;
using RideIngest.Hosting.Telemetry;
using RideIngest.Integration.Systems;
using RideIngest.Storage.Postgres;
using RideIngest.Streams.Nats;
using RideIngest.TestKit.Servers;
using RideIngest.TestKit.Waiting;

namespace RideIngest.Integration.Hosting;

/// <summary>Records on the one meter, and reads <c>/metrics</c> as Prometheus would. Each test brings its own instruments.</summary>
public sealed class HostingMetricsTests
{
    private readonly string _name = $"test.{Guid.NewGuid():N}";

    private string Exposed => _name.Replace('.', '_');

    [Fact]
    public async Task Promtool_has_nothing_against_what_a_busy_process_says()
    {
        await using var host = await BusyAsync();
        using var client = host.Client();

        var answer = await client.GetAsync("/metrics");

        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", answer.Content.Headers.ContentType!.ToString());
        Assert.Equal("", await DebianPrometheus.CheckAsync(await answer.Content.ReadAsStringAsync()));
        await host.StopAsync();
    }

    /// <summary>Dashboards ask for them; another release of a library must not rename them unnoticed.</summary>
    [Fact]
    public async Task What_libraries_measure_has_the_names_that_it_always_had()
    {
        await using var host = await BusyAsync();
        using var client = host.Client();

        var text = await client.GetStringAsync("/metrics");

        string[] families =
        [
            "db_client_connection gauge", "db_client_connection_max gauge", "db_client_connection_npgsql_create_time_seconds histogram",
            "db_client_operation_duration_seconds histogram", "db_client_operation_npgsql_bytes_read_total counter",
            "db_client_operation_npgsql_bytes_written_total counter", "db_client_operation_npgsql_executing gauge",
            "db_client_operation_npgsql_prepared_ratio gauge", "dotnet_assembly gauge", "dotnet_gc_collections_total counter",
            "dotnet_gc_heap_total_allocated_bytes_total counter", "dotnet_gc_pause_time_seconds_total counter",
            "dotnet_jit_compilation_time_seconds_total counter", "dotnet_jit_compiled_il_size_bytes_total counter",
            "dotnet_jit_compiled_methods_total counter", "dotnet_monitor_lock_contentions_total counter", "dotnet_process_cpu gauge",
            "dotnet_process_cpu_time_seconds_total counter", "dotnet_process_memory_working_set_bytes gauge",
            "dotnet_thread_pool_queue_length gauge", "dotnet_thread_pool_thread gauge",
            "dotnet_thread_pool_work_item_count_total counter", "dotnet_timer gauge", "http_client_active_requests gauge",
            "http_client_open_connections gauge", "http_client_request_duration_seconds histogram",
            "http_client_request_time_in_queue_seconds histogram", "http_server_active_requests gauge",
            "http_server_request_duration_seconds histogram", "kestrel_active_connections gauge", "kestrel_queued_connections gauge",
            "rideingest_build_info gauge",
        ];
        Assert.All(families, family => Assert.Contains($"# TYPE {family}\n", text, StringComparison.Ordinal));
        Assert.DoesNotContain("# TYPE target_info", text, StringComparison.Ordinal);
        Assert.DoesNotContain("otel_scope", text, StringComparison.Ordinal);
        foreach (var costly in (string[])["aspnetcore_routing", "aspnetcore_memory_pool"])
            Assert.DoesNotContain(costly, text, StringComparison.Ordinal);
        await host.StopAsync();
    }

    [Fact]
    public async Task A_request_has_the_labels_that_it_always_had()
    {
        await using var host = await new TestModule(s => s.AddNats()).StartAsync("--nats:url=nats://127.0.0.1:1");
        using var client = host.Client();
        Assert.Equal(503, (int)(await client.GetAsync("/readyz")).StatusCode);

        var text = await client.GetStringAsync("/metrics");

        const string Labels = """
            http_request_method="GET",http_response_status_code="503",http_route="/readyz",network_protocol_version="1.1",url_scheme="http"
            """;
        Assert.Contains($"\nhttp_server_request_duration_seconds_count{{{Labels}}} ", text, StringComparison.Ordinal);
        await host.StopAsync();
    }

    [Fact]
    public async Task Whoever_prefers_OpenMetrics_gets_the_same_series()
    {
        await using var host = await new TestModule().StartAsync();
        RideIngestTelemetry.Meter.CreateHistogram<double>(_name, "s").Record(0.5);
        using var client = host.Client();
        client.DefaultRequestHeaders.Add("Accept", "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.3");

        var lines = await LinesAsync(client);

        Assert.Contains($"{Exposed}_seconds_bucket{{le=\"1\"}} 1", lines);
        Assert.DoesNotContain(lines, line => line.Contains("_created", StringComparison.Ordinal));
        await host.StopAsync();
    }

    [Fact]
    public async Task A_histogram_has_the_buckets_that_it_was_made_with_and_otherwise_those_of_its_unit()
    {
        await using var host = await new TestModule().StartAsync();
        using var client = host.Client();
        var meter = RideIngestTelemetry.Meter;
        var advice = new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.1, 1] };
        meter.CreateHistogram(_name + ".a", "s", "Took.", null, advice).Record(0.1);
        meter.CreateHistogram<double>(_name + ".b", "s").Record(0.1);
        meter.CreateHistogram<long>(_name + ".c", "By").Record(1);
        meter.CreateHistogram<int>(_name + ".d", "{record}").Record(1);

        var lines = await LinesAsync(client);

        Assert.Equal(["0.1", "1", "+Inf"], Bounds("a_seconds"));
        Assert.Equal("0.001 0.0025 0.005 0.01 0.025 0.05 0.1 0.25 0.5 1 2.5 5 10 30 +Inf".Split(' '), Bounds("b_seconds"));
        Assert.Equal("256 1024 4096 16384 65536 262144 1048576 4194304 16777216 67108864 +Inf".Split(' '), Bounds("c_bytes"));
        Assert.Equal("1 2 5 10 20 50 100 200 500 1000 2000 5000 10000 +Inf".Split(' '), Bounds("d"));
        await host.StopAsync();

        IEnumerable<string> Bounds(string name) =>
            lines.Where(line => line.StartsWith($"{Exposed}_{name}_bucket", StringComparison.Ordinal)).Select(line => line.Split('"')[1]);
    }

    [Fact]
    public async Task Gauges_and_up_down_counters_show_the_level_of_now()
    {
        await using var host = await new TestModule().StartAsync();
        using var client = host.Client();
        var queue = RideIngestTelemetry.Meter.CreateUpDownCounter<int>(_name + ".queue.count", "{frame}");
        var level = RideIngestTelemetry.Meter.CreateGauge<double>(_name + ".level", "By");
        queue.Add(5);
        level.Record(9);
        Assert.Equal([$"{Exposed}_level_bytes 9", $"{Exposed}_queue 5"], await LinesAsync(client));

        queue.Add(-2);
        level.Record(2.5);

        Assert.Equal([$"{Exposed}_level_bytes 2.5", $"{Exposed}_queue 3"], await LinesAsync(client));
        await host.StopAsync();
    }

    [Fact]
    public async Task What_is_no_longer_observed_is_no_longer_shown()
    {
        await using var host = await new TestModule().StartAsync();
        using var client = host.Client();
        Measurement<long>[] seen = [new(7, new KeyValuePair<string, object?>("stream", "rides"))];
        RideIngestTelemetry.Meter.CreateObservableGauge(_name, () => seen);

        Assert.Equal([$"{Exposed}{{stream=\"rides\"}} 7"], await LinesAsync(client));
        seen = [];
        Assert.Empty(await LinesAsync(client));
        await host.StopAsync();
    }

    [Fact]
    public async Task A_gauge_that_fails_hides_no_other()
    {
        await using var host = await new TestModule().StartAsync();
        using var client = host.Client();
        var broken = true;
        RideIngestTelemetry.Meter.CreateObservableGauge(_name + ".broken", () => broken ? throw new InvalidOperationException() : 1);
        RideIngestTelemetry.Meter.CreateObservableGauge(_name + ".whole", () => 1);

        Assert.Equal([$"{Exposed}_whole 1"], await LinesAsync(client));
        broken = false;
        await host.StopAsync();
    }

    [Fact]
    public async Task Labels_without_end_are_counted_together_past_a_limit()
    {
        await using var host = await new TestModule().StartAsync();
        using var client = host.Client();
        var counter = RideIngestTelemetry.Meter.CreateCounter<long>(_name);
        for (var i = 0; i < 5_000; i++)
            counter.Add(1, new KeyValuePair<string, object?>("id", i));

        var lines = await LinesAsync(client);

        Assert.Equal(501, lines.Count);
        Assert.Contains($"{Exposed}_total{{otel_metric_overflow=\"true\"}} 4500", lines);
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
            for (var i = 0; i < 1_000; i++)
                Record();
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }

        // The first rounds pay for code that is compiled while they run.
        Assert.Contains(0L, Enumerable.Range(0, 50).Select(_ => Allocated()));
        await host.StopAsync();
    }

    [Fact]
    public async Task Metrics_are_read_and_nothing_else()
    {
        await using var host = await new TestModule().StartAsync();
        using var client = host.Client();

        using var head = await client.SendAsync(new HttpRequestMessage(HttpMethod.Head, "/metrics"));
        using var post = await client.PostAsync("/metrics", null);

        Assert.Equal((200, 405), ((int)head.StatusCode, (int)post.StatusCode));
        await host.StopAsync();
    }

    /// <summary>A host that has asked NATS, Postgres and, over HTTP, itself.</summary>
    private static async Task<RideIngestHost> BusyAsync()
    {
        var nats = await TestNats.SharedAsync();
        var database = await TestPostgres.CreateDatabaseAsync();
        var host = await new TestModule(s => s.AddNats().AddPostgres()).StartAsync($"--nats:url={nats.Url}", $"--postgres:url={database}");
        using var client = host.Client();
        await Eventually.True(async () => (await client.GetAsync("/readyz")).IsSuccessStatusCode);
        await client.GetAsync("/nowhere");
        return host;
    }

    /// <summary>The samples of this test's instruments.</summary>
    private async Task<List<string>> LinesAsync(HttpClient client)
    {
        var text = await client.GetStringAsync("/metrics");
        return
        [
            .. text.Split('\n')
                .Where(line => line.Contains(Exposed, StringComparison.Ordinal) && !line.StartsWith('#'))
                .Select(line => line.Replace("{} ", " ", StringComparison.Ordinal)),
        ];
    }
}
