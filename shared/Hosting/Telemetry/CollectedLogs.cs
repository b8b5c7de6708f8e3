using System.Globalization;
using OpenTelemetry;
using Serilog;

namespace RideIngest.Hosting.Telemetry;

/// <summary>Log lines by OTLP: through Serilog's sink, and in no other way.</summary>
internal static class CollectedLogs
{
    // The SDK's own limit. Without one, a collector that does not answer would keep the process from ending.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public static void AddTo(LoggerConfiguration logger, IEnumerable<KeyValuePair<string, object>> resource) =>
        logger.WriteTo.OpenTelemetry(
            sink =>
            {
                sink.ResourceAttributes = resource.ToDictionary();
                sink.FormatProvider = CultureInfo.InvariantCulture;
                sink.HttpMessageHandler = new Impatient();
                sink.OnBeginSuppressInstrumentation = SuppressInstrumentationScope.Begin;
            },
            Variable);

    // What the environment says of the resource is in the resource.
    private static string? Variable(string name) =>
        name.StartsWith("OTEL_EXPORTER_OTLP_", StringComparison.Ordinal) ? Environment.GetEnvironmentVariable(name) : null;

    private sealed class Impatient() : DelegatingHandler(new SocketsHttpHandler { ActivityHeadersPropagator = null })
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(Patience);
            return await base.SendAsync(request, limit.Token);
        }
    }
}
