using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Reflection;

namespace RideIngest.Hosting.Telemetry;

/// <summary>The activity source, the meter, and their names.</summary>
public static class RideIngestTelemetry
{
    public const string Name = "RideIngest";

    /// <summary>The activity source of the web server, which creates the request spans.</summary>
    internal const string WebServer = "Microsoft.AspNetCore";

    public static readonly ActivitySource Source = new(Name);

    public static readonly Meter Meter = new(Name);

    /// <summary>The version of this build.</summary>
    public static readonly string Version = typeof(RideIngestTelemetry).Assembly
        .GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0";

    private static readonly ObservableGauge<int> Build = Meter.CreateObservableGauge(
        "rideingest.build.info", () => new Measurement<int>(1, new KeyValuePair<string, object?>("version", Version)),
        description: "Always 1; the label is the running build.");
}
