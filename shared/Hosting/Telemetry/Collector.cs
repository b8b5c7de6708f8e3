using System.Collections;
using RideIngest.Hosting.Config;

namespace RideIngest.Hosting.Telemetry;

/// <summary>The OTLP collector, configured by the standard OpenTelemetry environment variables.</summary>
internal static class Collector
{
    private const string Prefix = "OTEL_";

    /// <summary>Whether this process exports by OTLP.</summary>
    public static bool IsNamed =>
        Value("EXPORTER_OTLP_ENDPOINT").Length > 0 && !Value("SDK_DISABLED").Equals("true", StringComparison.OrdinalIgnoreCase);

    /// <summary>
    /// The OpenTelemetry variables for the host's configuration, which the SDK reads and which has no other environment variables.
    /// </summary>
    public static IEnumerable<KeyValuePair<string, string?>> Variables =>
        from DictionaryEntry variable in Environment.GetEnvironmentVariables()
        where ((string)variable.Key).StartsWith(Prefix, StringComparison.Ordinal)
        select KeyValuePair.Create((string)variable.Key, (string?)variable.Value);

    /// <exception cref="SettingsException">A variable has an invalid value.</exception>
    public static void Check()
    {
        if (IsNamed && Problems().ToList() is { Count: > 0 } problems)
            throw new SettingsException(problems);
    }

    private static IEnumerable<string> Problems()
    {
        var endpoint = Value("EXPORTER_OTLP_ENDPOINT");
        if (!Uri.TryCreate(endpoint, UriKind.Absolute, out var address) || !(address.Scheme is "http" or "https"))
            yield return $"OTEL_EXPORTER_OTLP_ENDPOINT: \"{endpoint}\" is not a URL. A good value: http://127.0.0.1:4317";
        var protocol = Value("EXPORTER_OTLP_PROTOCOL");
        if (protocol is not ("" or "grpc" or "http/protobuf"))
            yield return $"OTEL_EXPORTER_OTLP_PROTOCOL: \"{protocol}\" is not supported. Good values: grpc, http/protobuf";
        var headers = Value("EXPORTER_OTLP_HEADERS");
        if (headers.Length > 0 && headers.Split(',').Any(header => header.Trim().IndexOf('=', StringComparison.Ordinal) < 1))
            yield return "OTEL_EXPORTER_OTLP_HEADERS: a header is not in the form name=value. A good value: x-key=secret,x-tenant=rides";
    }

    private static string Value(string name) => Environment.GetEnvironmentVariable(Prefix + name) ?? "";
}
