using Microsoft.Extensions.Logging;

namespace NATS.Client.JetStream.Consuming;

/// <summary>Event ids are permanent: 2101 and up.</summary>
internal static partial class ConsumeLog
{
    [LoggerMessage(2101, LogLevel.Warning, "Pull on {Stream}/{Consumer} missed its heartbeats; pulling anew")]
    public static partial void Silent(ILogger logger, string stream, string consumer);

    [LoggerMessage(2102, LogLevel.Information, "Pull on {Stream}/{Consumer} was lost ({Code} {Status}); pulling anew")]
    public static partial void PullLost(ILogger logger, string stream, string consumer, int code, string status);

    [LoggerMessage(2103, LogLevel.Warning, "Consumer {Stream}/{Consumer} is not there, {Times} times in a row; trying again")]
    public static partial void NoResponders(ILogger logger, string stream, string consumer, int times);

    [LoggerMessage(2104, LogLevel.Warning, "The next message of {Stream}/{Consumer} does not fit a pull of {MaxBytes} bytes")]
    public static partial void MsgTooLarge(ILogger logger, string stream, string consumer, long maxBytes);

    [LoggerMessage(2105, LogLevel.Warning, "Pull on {Stream}/{Consumer} got a status that means nothing here: {Code} {Status}")]
    public static partial void UnknownStatus(ILogger logger, string stream, string consumer, int code, string status);

    [LoggerMessage(2106, LogLevel.Warning, "Ordered consumer of {Stream} starts anew after stream sequence {Sequence}: {Reason}")]
    public static partial void OrderedReset(ILogger logger, string stream, ulong sequence, string reason);

    [LoggerMessage(2107, LogLevel.Warning, "Ordered consumer of {Stream} could not be created, attempt {Attempt}; trying again: {Reason}")]
    public static partial void OrderedCreateFailed(ILogger logger, string stream, int attempt, string reason);
}
