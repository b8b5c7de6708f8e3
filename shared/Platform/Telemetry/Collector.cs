using System.Collections;

namespace RideIngest.Platform.Telemetry;

/// <summary>Where telemetry goes by OTLP, in the environment variables that every OpenTelemetry SDK reads.</summary>
internal static class Collector
{
    private const string Prefix = "OTEL_";

    /// <summary>Whether this process sends anything by OTLP.</summary>
    public static bool IsNamed =>
        Value("EXPORTER_OTLP_ENDPOINT").Length > 0 && !Value("SDK_DISABLED").Equals("true", StringComparison.OrdinalIgnoreCase);

    /// <summary>The SDK reads its variables from the host's configuration, which has no others of the environment.</summary>
    public static IEnumerable<KeyValuePair<string, string?>> Variables =>
        from DictionaryEntry variable in Environment.GetEnvironmentVariables()
        where ((string)variable.Key).StartsWith(Prefix, StringComparison.Ordinal)
        select KeyValuePair.Create((string)variable.Key, (string?)variable.Value);

    private static string Value(string name) => Environment.GetEnvironmentVariable(Prefix + name) ?? "";
}
