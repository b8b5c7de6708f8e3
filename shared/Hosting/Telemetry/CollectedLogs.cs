using System.Globalization;
using OpenTelemetry;
using Serilog;

namespace RideIngest.Hosting.Telemetry;

/// <summary>Exports log lines by OTLP through Serilog's sink only.</summary>
internal static class CollectedLogs
{
    // The SDK's own limit. Without it, an unresponsive collector would keep the process from ending.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public static void AddTo(LoggerConfiguration logger, IEnumerable<KeyValuePair<string, object>> resource, CollectorWatch watch) =>
        logger.WriteTo.OpenTelemetry(
            sink =>
            {
                sink.ResourceAttributes = resource.ToDictionary();
                sink.FormatProvider = CultureInfo.InvariantCulture;
                sink.HttpMessageHandler = new Watched(watch);
                sink.OnBeginSuppressInstrumentation = SuppressInstrumentationScope.Begin;
            },
            Variable);

    // Resource variables are applied through the resource instead.
    private static string? Variable(string name) =>
        name.StartsWith("OTEL_EXPORTER_OTLP_", StringComparison.Ordinal) ? Environment.GetEnvironmentVariable(name) : null;

    private sealed class Watched(CollectorWatch watch) : DelegatingHandler(new SocketsHttpHandler { ActivityHeadersPropagator = null })
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(Patience);
            try
            {
                var response = await base.SendAsync(request, limit.Token);
                if (response.IsSuccessStatusCode)
                    watch.Exported(request.RequestUri!);
                else
                    watch.Refused(request.RequestUri!, $"HTTP status {(int)response.StatusCode}");
                return response;
            }
            catch (HttpRequestException e)
            {
                watch.NotReached(request.RequestUri!, e.Message);
                throw;
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                watch.NotReached(request.RequestUri!, $"it does not answer within {Patience.TotalSeconds} s");
                throw;
            }
        }
    }
}
