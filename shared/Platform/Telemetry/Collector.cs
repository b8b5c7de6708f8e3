using System.Collections;

namespace RideIngest.Platform.Telemetry;

/// <summary>Where telemetry goes by OTLP, in the environment variables that every OpenTelemetry SDK reads.</summary>
internal static class Collector
{
    private const string Prefix = "OTEL_";

    /// <summary>The SDK reads its variables from the host's configuration, which holds no others of the environment.</summary>
    public static IEnumerable<KeyValuePair<string, string?>> Variables =>
        from DictionaryEntry variable in Environment.GetEnvironmentVariables()
        where ((string)variable.Key).StartsWith(Prefix, StringComparison.Ordinal)
        select KeyValuePair.Create((string)variable.Key, (string?)variable.Value);

    /// <summary>Whether this process sends anything by OTLP.</summary>
    public static bool IsNamed => !string.IsNullOrEmpty(Environment.GetEnvironmentVariable("OTEL_EXPORTER_OTLP_ENDPOINT"));
}
