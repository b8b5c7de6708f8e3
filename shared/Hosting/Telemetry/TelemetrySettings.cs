using System.ComponentModel.DataAnnotations;
using RideIngest.Hosting.Config;

namespace RideIngest.Hosting.Telemetry;

/// <summary>The section <c>telemetry</c>.</summary>
public sealed class TelemetrySettings
{
    private const string Trace = "{trace_id}";

    /// <summary>Where people look at traces; null if nowhere.</summary>
    [RegularExpression(@"https?://.*\{trace_id\}.*", ErrorMessage = "It must be an http or https URL with {trace_id} in it"),
        GoodValue("http://127.0.0.1:18888/traces/detail/{trace_id}")]
    public string? TraceUrl { get; set; }

    /// <summary>The address of a trace; null if none is configured.</summary>
    public string? TraceOf(string traceId) => TraceUrl?.Replace(Trace, Uri.EscapeDataString(traceId), StringComparison.Ordinal);
}
