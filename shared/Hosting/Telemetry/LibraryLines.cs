using RideIngest.Hosting.Config;
using Serilog.Core;
using Serilog.Events;

namespace RideIngest.Hosting.Telemetry;

/// <summary>Recognizes lines of libraries about what the process logs itself, once and with what to do.</summary>
internal static class LibraryLines
{
    public const string Nats = "NATS";

    private const string Host = "Microsoft.Extensions.Hosting.Internal.Host";

    /// <summary>What NATS.Net logs at every attempt to connect, with its stack. The connector logs them summed up.</summary>
    private static readonly string[] Attempts = ["Fail to connect NATS", "Failed to connect NATS", "Authentication error"];

    /// <summary>A refused login is a failed attempt too; other errors of the server are not.</summary>
    private static readonly string[] RefusedLogins = ["Authorization Violation", "Authentication Timeout"];

    /// <summary>
    /// NATS.Net keeps subscriptions that ended while they waited for a connection, and unsubscribes them minutes later. No message is
    /// lost.
    /// </summary>
    private static readonly string[] Orphans =
    [
        "While reconnecting found subscription GCd but was never disposed", "Subscription GCd but was never disposed",
        "Unsubscribing orphan subscription",
    ];

    private static readonly string[] FailedServices =
        ["BackgroundService failed", "The HostOptions.BackgroundServiceExceptionBehavior is configured to StopHost"];

    /// <summary>Whether NATS.Net describes a lost or refused connection, which the connector does too.</summary>
    public static bool IsLostConnection(LogEvent line)
    {
        if (!CategoryOf(line).StartsWith(Nats, StringComparison.Ordinal))
            return false;
        return Starts(line, Attempts) || Starts(line, Orphans)
            || (Starts(line, "Server error {Error}") && Array.Exists(RefusedLogins, login => Has(line, "Error", login)))
            || (Starts(line, "Unhandled protocol message") && Has(line, "Description", "Server Shutdown"));
    }

    /// <summary>
    /// Whether .NET's host describes a start that failed for a reason that the process prints itself, or services that were cancelled
    /// because the process ends.
    /// </summary>
    public static bool IsKnownEnd(LogEvent line, Ending ending)
    {
        if (line.Exception is not { } exception || CategoryOf(line) != Host)
            return false;
        var cancelled = ending.HasBegun && exception is OperationCanceledException;
        return Starts(line, "Hosting failed to start")
            ? cancelled || exception is StartupException || Ending.ErrorOf(exception) is not null
            : cancelled && Starts(line, FailedServices);
    }

    private static string CategoryOf(LogEvent line) =>
        line.Properties.GetValueOrDefault(Constants.SourceContextPropertyName) is ScalarValue { Value: string category } ? category : "";

    private static bool Starts(LogEvent line, params string[] starts) =>
        Array.Exists(starts, start => line.MessageTemplate.Text.StartsWith(start, StringComparison.Ordinal));

    private static bool Has(LogEvent line, string property, string start) =>
        line.Properties.GetValueOrDefault(property) is ScalarValue { Value: string value }
        && value.StartsWith(start, StringComparison.OrdinalIgnoreCase);
}
