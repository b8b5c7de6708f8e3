using System.Diagnostics.Tracing;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace RideIngest.Hosting.Telemetry;

/// <summary>Passes on what the SDK says about exports of traces and metrics, which it reports as events only.</summary>
internal sealed class CollectorEvents(CollectorWatch watch, ILogger<CollectorWatch> logger) : EventListener, IHostedService
{
    private const string Source = "OpenTelemetry-Exporter-OpenTelemetryProtocol";

    // .NET's text for an answer with an error status, which the SDK reports like a failure to connect.
    private const string ErrorStatus = "Response status code does not indicate success: ";

    public Task StartAsync(CancellationToken cancellationToken)
    {
        watch.Start(logger);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    protected override void OnEventSourceCreated(EventSource eventSource)
    {
        // Successes are informational.
        if (eventSource.Name == Source)
            EnableEvents(eventSource, EventLevel.Informational);
    }

    protected override void OnEventWritten(EventWrittenEventArgs eventData)
    {
        if (eventData.Payload is not [string url, ..] || !Uri.TryCreate(url, UriKind.Absolute, out var endpoint))
            return;
        var detail = eventData.Payload.Count > 1 ? $"{eventData.Payload[^1]}" : "";
        switch (eventData.EventName)
        {
            case "ExportSuccess":
                watch.Exported(endpoint);
                break;

            case "ExportFailure" or "ResponseDeserializationFailed":
                watch.Refused(endpoint, detail.Length > 0 ? detail : "its answer cannot be read");
                break;

            case "HttpRequestFailed" when Message(detail).StartsWith(ErrorStatus, StringComparison.Ordinal):
                watch.Refused(endpoint, $"HTTP status {Message(detail)[ErrorStatus.Length..].TrimEnd('.')}");
                break;

            case "RequestTimedOut" or "OperationUnexpectedlyCanceled":
                watch.NotReached(endpoint, "it does not answer in time");
                break;

            case "HttpRequestFailed" or "TransientHttpError" or "FailedToReachCollector":
                watch.NotReached(endpoint, Message(detail));
                break;
        }
    }

    /// <summary>The message of an exception in the form of <see cref="Exception.ToString"/>, without the type, the causes and the
    /// stack.</summary>
    private static string Message(string exception)
    {
        var line = exception.Split('\n', 2)[0].TrimEnd('\r');
        var message = line.IndexOf(": ", StringComparison.Ordinal) is > 0 and var colon ? line[(colon + 2)..] : line;
        return message.IndexOf(" ---> ", StringComparison.Ordinal) is > 0 and var cause ? message[..cause] : message;
    }
}
