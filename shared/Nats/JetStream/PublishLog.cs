using Microsoft.Extensions.Logging;

namespace NATS.Client.JetStream;

internal static partial class PublishLog
{
    [LoggerMessage(2151, LogLevel.Debug, "Publish to {Subject} met no responders, attempt {Attempt} of {Attempts}; trying again")]
    public static partial void Retrying(ILogger logger, string subject, int attempt, int attempts);
}
