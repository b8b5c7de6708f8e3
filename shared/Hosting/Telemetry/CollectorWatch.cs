using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace RideIngest.Hosting.Telemetry;

/// <summary>
/// Logs once when exporting to the collector begins to fail, and once when it works again: for the whole collector while it cannot be
/// reached, and by signal if it refuses one.
/// </summary>
internal sealed partial class CollectorWatch
{
    private readonly ConcurrentDictionary<string, string> _failing = new();
    private volatile ILogger? _logger;

    /// <summary>Begins to log. Exports can fail before there is a logger; the next failure is logged.</summary>
    public void Start(ILogger logger) => _logger = logger;

    public void NotReached(Uri endpoint, string reason) => Fails(Server(endpoint), reason);

    /// <summary>The collector answers, but takes nothing of this signal.</summary>
    public void Refused(Uri endpoint, string reason)
    {
        Works(Server(endpoint));
        Fails(Signal(endpoint), reason);
    }

    public void Exported(Uri endpoint)
    {
        Works(Server(endpoint));
        Works(Signal(endpoint));
    }

    private void Fails(string endpoint, string reason)
    {
        if (_logger is { } logger && _failing.TryAdd(endpoint, reason))
            ExportFails(logger, endpoint, reason);
    }

    private void Works(string endpoint)
    {
        if (_logger is { } logger && !_failing.IsEmpty && _failing.TryRemove(endpoint, out _))
            ExportWorks(logger, endpoint);
    }

    // Without user info and query, which may be secrets.
    private static string Server(Uri endpoint) => endpoint.GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped);

    private static string Signal(Uri endpoint) =>
        endpoint.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);

    [LoggerMessage(1015, LogLevel.Warning,
        "Nothing can be exported to the OpenTelemetry collector at {Endpoint}: {Reason}. Traces and logs are lost until it can")]
    private static partial void ExportFails(ILogger logger, string endpoint, string reason);

    [LoggerMessage(1016, LogLevel.Information, "The OpenTelemetry collector at {Endpoint} takes exports again")]
    private static partial void ExportWorks(ILogger logger, string endpoint);
}
