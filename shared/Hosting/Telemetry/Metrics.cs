using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace RideIngest.Hosting.Telemetry;

/// <summary>Configures metrics with the OpenTelemetry SDK: <c>/metrics</c> in every process, and OTLP if there is a collector.</summary>
internal static class Metrics
{
    private static readonly double[] Seconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
    private static readonly double[] Bytes = [256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864];
    private static readonly double[] Counts = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000];

    // The instrumentation package would add middleware to every request for the label error_type, and listen to routing and memory pool
    // meters, which count several times per request.
    private static readonly string[] OfWebServer = ["Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel"];

    // OpenTelemetry reserves memory for as many series of each instrument; more than these are added up in one.
    private const int MostSeries = 500;

    // Part of the HttpClient instrumentation.
    private const string NameResolution = "System.Net.NameResolution";

    public static void AddTo(IOpenTelemetryBuilder otel) => otel.WithMetrics(metrics =>
    {
        RenamedMetrics.Start();
        metrics.AddMeter([RideIngestTelemetry.Name, .. OfWebServer])
            .AddHttpClientInstrumentation()
            .AddRuntimeInstrumentation()
            .AddView(Stream)
            .AddPrometheusExporter(prometheus =>
            {
                // No cache: every scrape reads current values.
                prometheus.ScrapeResponseCacheDurationMilliseconds = 0;

                // Prometheus identifies a process by job and instance.
                prometheus.ScopeInfoEnabled = false;
                prometheus.TargetInfoEnabled = false;
            });
        if (Collector.IsNamed)
            metrics.AddOtlpExporter();
    });

    public static IEndpointConventionBuilder Map(IEndpointRouteBuilder endpoints) =>
        endpoints.MapPrometheusScrapingEndpoint("/metrics", meterProvider: null, InText, optionsName: null);

    // Always the text format: in OpenMetrics le="1" becomes le="1.0", and every counter and histogram gets a series _created.
    private static void InText(IApplicationBuilder scrape) => scrape.Use((context, next) =>
    {
        context.Request.Headers.Accept = default;
        return next(context);
    });

    /// <summary>Chooses the published instruments, with their names and buckets.</summary>
    private static MetricStreamConfiguration Stream(Instrument instrument)
    {
        if (instrument.Meter.Name == NameResolution || RenamedMetrics.Replace(instrument))
            return MetricStreamConfiguration.Drop;
        var stream = Buckets(instrument) is { } buckets
            ? new ExplicitBucketHistogramConfiguration { Boundaries = buckets }
            : new MetricStreamConfiguration();
        stream.Name = Name(instrument);
        stream.CardinalityLimit = MostSeries;

        // promtool requires a help text.
        if (string.IsNullOrWhiteSpace(instrument.Description))
            stream.Description = $"{instrument.Name} of {instrument.Meter.Name}.";
        return stream;
    }

    /// <summary>Renames gauges that end in _count, which promtool reserves for histograms.</summary>
    private static string Name(Instrument instrument)
    {
        const string Count = ".count";
        var type = instrument.GetType().GetGenericTypeDefinition();
        var isGauge = type != typeof(Counter<>) && type != typeof(ObservableCounter<>) && type != typeof(Histogram<>);
        return isGauge && instrument.Name.EndsWith(Count, StringComparison.Ordinal) ? instrument.Name[..^Count.Length] : instrument.Name;
    }

    /// <summary>The buckets for histograms that declare none.</summary>
    private static double[]? Buckets(Instrument instrument) => instrument switch
    {
        Histogram<int> { Advice.HistogramBucketBoundaries: not null } => null,
        Histogram<long> { Advice.HistogramBucketBoundaries: not null } => null,
        Histogram<double> { Advice.HistogramBucketBoundaries: not null } => null,
        _ when instrument.GetType().GetGenericTypeDefinition() != typeof(Histogram<>) => null,
        { Unit: "s" } => Seconds,
        { Unit: "By" } => Bytes,
        _ => Counts,
    };
}
