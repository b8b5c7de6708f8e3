using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Npgsql;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace RideIngest.Platform.Telemetry;

/// <summary>Metrics by the OpenTelemetry SDK: at <c>/metrics</c> in every process, and to the collector where there is one.</summary>
internal static class Metrics
{
    private static readonly double[] Seconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
    private static readonly double[] Bytes = [256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864];
    private static readonly double[] Counts = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000];

    /// <summary>
    /// What the instrumentation packages measure and nobody here asks for. Routing and the pool of memory count many times a request.
    /// </summary>
    private static readonly string[] LeftOut =
        ["Microsoft.AspNetCore.Routing", "Microsoft.AspNetCore.MemoryPool", "System.Net.NameResolution"];

    public static void AddTo(IOpenTelemetryBuilder otel) => otel.WithMetrics(metrics =>
    {
        RenamedMetrics.Start();
        metrics.AddMeter(RideIngestTelemetry.Name, "NATS.Net")
            .AddAspNetCoreInstrumentation()
            .AddHttpClientInstrumentation()
            .AddNpgsqlInstrumentation()
            .AddRuntimeInstrumentation()
            .AddView(Stream)
            .AddPrometheusExporter(prometheus =>
            {
                // Every scrape reads the values of now.
                prometheus.ScrapeResponseCacheDurationMilliseconds = 0;

                // Who a process is, Prometheus knows by its job and instance.
                prometheus.ScopeInfoEnabled = false;
                prometheus.TargetInfoEnabled = false;
            });
        if (Collector.IsNamed) metrics.AddOtlpExporter();
    });

    public static IEndpointConventionBuilder Map(IEndpointRouteBuilder endpoints) =>
        endpoints.MapPrometheusScrapingEndpoint("/metrics", meterProvider: null, InText, optionsName: null);

    // Prometheus asks for OpenMetrics first, where le="1" is le="1.0", and each counter and histogram has a series _created besides.
    private static void InText(IApplicationBuilder scrape) => scrape.Use((context, next) =>
    {
        context.Request.Headers.Accept = default;
        return next(context);
    });

    /// <summary>Which instruments are published, under which name and with which buckets.</summary>
    private static MetricStreamConfiguration? Stream(Instrument instrument)
    {
        if (LeftOut.Contains(instrument.Meter.Name) || RenamedMetrics.Replace(instrument)) return MetricStreamConfiguration.Drop;
        var type = instrument.GetType().GetGenericTypeDefinition();
        if (type == typeof(Histogram<>)) return Histogram(instrument);
        if (type == typeof(Counter<>) || type == typeof(ObservableCounter<>)) return null;

        // To Prometheus, _count is of a histogram, and promtool refuses it of anything else.
        const string Count = ".count";
        return instrument.Name.EndsWith(Count, StringComparison.Ordinal) ? new() { Name = instrument.Name[..^Count.Length] } : null;
    }

    private static ExplicitBucketHistogramConfiguration? Histogram(Instrument instrument) => instrument switch
    {
        Histogram<int> { Advice.HistogramBucketBoundaries: not null } => null,
        Histogram<long> { Advice.HistogramBucketBoundaries: not null } => null,
        Histogram<double> { Advice.HistogramBucketBoundaries: not null } => null,
        { Unit: "s" } => new() { Boundaries = Seconds },
        { Unit: "By" } => new() { Boundaries = Bytes },
        _ => new() { Boundaries = Counts },
    };
}
