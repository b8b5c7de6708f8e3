namespace NATS.Client.JetStream;

/// <summary>One pull: it ends with its last message, or when it expires.</summary>
public record NatsJSFetchOpts
{
    /// <summary>At most so many messages. Excludes <see cref="MaxBytes"/>; one of the two must be set.</summary>
    public int? MaxMsgs { get; init; }

    /// <summary>How long to wait for the last message; 30 seconds by default, at least one.</summary>
    public TimeSpan? Expires { get; init; }

    /// <summary>At most so many bytes.</summary>
    public int? MaxBytes { get; init; }

    /// <summary>As <see cref="NatsJSConsumeOpts.IdleHeartbeat"/>; after two missed ones the fetch ends.</summary>
    public TimeSpan? IdleHeartbeat { get; init; }

    public Func<INatsJSNotification, CancellationToken, Task>? NotificationHandler { get; init; }
}

/// <summary>A fetch of one message.</summary>
public record NatsJSNextOpts
{
    /// <summary>How long to wait for the message; 30 seconds by default, at least one.</summary>
    public TimeSpan? Expires { get; init; }

    public TimeSpan? IdleHeartbeat { get; init; }

    public Func<INatsJSNotification, CancellationToken, Task>? NotificationHandler { get; init; }
}
