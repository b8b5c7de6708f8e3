namespace NATS.Client.JetStream;

/// <summary>Something a pull met that does not end it.</summary>
public interface INatsJSNotification
{
    string Name { get; }
}

/// <summary>Two heartbeats were missed: the pull is taken for lost, and sent again.</summary>
public record NatsJSTimeoutNotification : INatsJSNotification
{
    public static readonly NatsJSTimeoutNotification Default = new();

    public string Name => "Timeout";
}

/// <summary>Nothing serves the consumer at the moment.</summary>
public record NatsJSNoRespondersNotification : INatsJSNotification
{
    public static readonly NatsJSNoRespondersNotification Default = new();

    public string Name => "No Responders";
}

/// <summary>The consumer moved to another server of the cluster.</summary>
public record NatsJSLeadershipChangeNotification : INatsJSNotification
{
    public static readonly NatsJSLeadershipChangeNotification Default = new();

    public string Name => "Leadership Change";
}

/// <summary>The next message is larger than the pull's byte limit.</summary>
public record NatsJSMessageSizeExceedsMaxBytesNotification : INatsJSNotification
{
    public static readonly NatsJSMessageSizeExceedsMaxBytesNotification Default = new();

    public string Name => "Message Size Exceeds MaxBytes";
}

/// <summary>Any other status the server sent.</summary>
public record NatsJSProtocolNotification(string Name, int HeaderCode, string HeaderMessageText) : INatsJSNotification;
