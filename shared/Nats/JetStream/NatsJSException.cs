using NATS.Client.Core;
using NATS.Client.JetStream.Models;

namespace NATS.Client.JetStream;

/// <summary>A JetStream call or consume failed.</summary>
public class NatsJSException : NatsException
{
    public NatsJSException(string message)
        : base(message)
    {
    }

    public NatsJSException(string message, Exception exception)
        : base(message, exception)
    {
    }
}

/// <summary>The server refused the call, for the reason in <see cref="Error"/>.</summary>
public class NatsJSApiException(ApiError error) : NatsJSException(error.Description ?? string.Empty)
{
    public ApiError Error { get; } = error;
}

/// <summary>No answer came to a call: JetStream may be off, without a leader, or the connection was lost.</summary>
public class NatsJSApiNoResponseException : NatsJSException
{
    public NatsJSApiNoResponseException()
        : base("The JetStream API did not respond")
    {
    }

    public NatsJSApiNoResponseException(NatsSubEndReason reason)
        : base($"The JetStream API did not respond: {reason}") =>
        Reason = reason;

    public NatsSubEndReason Reason { get; }
}

/// <summary>No acknowledgement came to a publish. Whether the message is stored is unknown.</summary>
public class NatsJSPublishNoResponseException() : NatsJSException("No response to the publish")
{
    public static readonly NatsJSPublishNoResponseException Default = new();
}

/// <summary>A message with the same id is stored already, at <see cref="Sequence"/>.</summary>
public class NatsJSDuplicateMessageException(ulong sequence) : NatsJSException($"Duplicate of {sequence}")
{
    public ulong Sequence { get; } = sequence;
}

/// <summary>The server ended a pull for good: the consumer is gone, or the pull asks for what it may not.</summary>
public class NatsJSProtocolException(int headerCode, NatsHeaders.Messages headerMessage, string headerMessageText)
    : NatsJSException($"JetStream ended the pull: {headerCode} {headerMessageText}")
{
    public int HeaderCode { get; } = headerCode;

    public NatsHeaders.Messages HeaderMessage { get; } = headerMessage;

    public string HeaderMessageText { get; } = headerMessageText;
}

/// <summary>The server was not heard of in time.</summary>
public class NatsJSTimeoutException(string type) : NatsJSException($"{type} timed out")
{
    public string Type { get; } = type;
}

/// <summary>The connection was lost under the call.</summary>
public class NatsJSConnectionException(string reason) : NatsJSException($"Connection error: {reason}")
{
    public string Reason { get; } = reason;
}
