using Microsoft.Extensions.Logging;

namespace NATS.Client.Core;

/// <summary>Every line that the core client logs. Never credentials: URLs are given as host and port.</summary>
internal static partial class NatsLog
{
    [LoggerMessage(1001, LogLevel.Information, "Connected to NATS at {Server} ({Name}, {Version})")]
    public static partial void Connected(ILogger logger, string server, string name, string version);

    [LoggerMessage(1002, LogLevel.Warning, "Disconnected from NATS at {Server}; reconnecting")]
    public static partial void Disconnected(ILogger logger, Exception? exception, string server);

    [LoggerMessage(EventId = 1003, Message = "Could not connect to NATS at {Server}, attempt {Attempt}: {Reason}")]
    public static partial void ConnectFailed(ILogger logger, LogLevel level, ServerAddress server, int attempt, string reason);

    [LoggerMessage(1004, LogLevel.Error, "The connection to NATS is given up: {Reason}")]
    public static partial void GaveUp(ILogger logger, string reason);

    [LoggerMessage(1005, LogLevel.Warning, "NATS at {Server} is about to shut down (lame duck); it will be left when it closes")]
    public static partial void LameDuck(ILogger logger, string server);

    [LoggerMessage(1006, LogLevel.Error, "NATS server error: {Error}")]
    public static partial void ServerError(ILogger logger, string error);

    [LoggerMessage(1007, LogLevel.Error, "A handler of {Event} failed")]
    public static partial void HandlerFailed(ILogger logger, Exception exception, string @event);

    [LoggerMessage(1008, LogLevel.Warning, "NATS at {Server} left {Count} pings unanswered; the connection is given up")]
    public static partial void StaleServer(ILogger logger, string server, int count);

    [LoggerMessage(1101, LogLevel.Error, "A message on {Subject} could not be processed; its subscription ends")]
    public static partial void ReceiveFailed(ILogger logger, Exception exception, string subject);

    [LoggerMessage(1102, LogLevel.Warning, "The reader of {Subject} is too slow: {Pending} messages wait, and new ones are dropped until it has caught up")]
    public static partial void SlowConsumer(ILogger logger, string subject, int pending);

    [LoggerMessage(1103, LogLevel.Debug, "Draining {Subject} was cut short: {Reason}")]
    public static partial void DrainCutShort(ILogger logger, string subject, string reason);
}
