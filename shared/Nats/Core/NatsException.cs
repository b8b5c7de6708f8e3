using System.Diagnostics.CodeAnalysis;
using System.Runtime.ExceptionServices;

namespace NATS.Client.Core;

public class NatsException : Exception
{
    public NatsException(string message)
        : base(message)
    {
    }

    public NatsException(string message, Exception exception)
        : base(message, exception)
    {
    }

    [DoesNotReturn]
    public static void Throw(string message) => throw new NatsException(message);
}

/// <summary>A request was sent, and no reply came in time.</summary>
public sealed class NatsNoReplyException() : NatsException("No reply received")
{
    [DoesNotReturn]
    public static void Throw() => throw new NatsNoReplyException();
}

/// <summary>The server says that nobody listens on the subject of the request.</summary>
public sealed class NatsNoRespondersException() : NatsException("No responders");

/// <summary>The server sent <c>-ERR</c>.</summary>
public sealed class NatsServerException : NatsException
{
    public NatsServerException(string error)
        : base($"Server error: {error}")
    {
        Error = error.ToLowerInvariant();
        IsAuthError = NatsServerErrorEventArgs.KindOf(Error)
            is NatsServerErrorKind.AuthorizationViolation or NatsServerErrorKind.AuthenticationExpired
            or NatsServerErrorKind.AuthenticationRevoked or NatsServerErrorKind.AccountAuthenticationExpired;
    }

    public string Error { get; }

    public bool IsAuthError { get; }
}

public sealed class NatsPayloadTooLargeException(string error) : NatsException(error);

public sealed class NatsConnectionFailedException(string message) : NatsException(message);

public sealed class NatsProtocolViolationException(string message) : NatsException(message)
{
    [DoesNotReturn]
    public static new void Throw(string message) => throw new NatsProtocolViolationException(message);
}

public sealed class NatsTimeoutException() : NatsException("Operation timed out")
{
    [DoesNotReturn]
    public static void Throw() => throw new NatsTimeoutException();
}

public class NatsDeserializeException(byte[] rawData, Exception inner) : NatsException("Exception during deserialization", inner)
{
    public byte[] RawData { get; } = rawData;
}

public class NatsHeaderParseException(byte[] rawData, Exception inner) : NatsException("Exception parsing headers", inner)
{
    public byte[] RawData { get; } = rawData;
}

/// <summary>A message could not be processed by its subscription.</summary>
public class NatsSubException(string message, ExceptionDispatchInfo exception, Memory<byte> payload, Memory<byte> headers)
    : NatsException(message)
{
    public ExceptionDispatchInfo Exception { get; } = exception;

    public Memory<byte> Payload { get; } = payload;

    public Memory<byte> Headers { get; } = headers;
}
