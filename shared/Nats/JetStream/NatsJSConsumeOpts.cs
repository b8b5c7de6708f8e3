namespace NATS.Client.JetStream;

/// <summary>A pull that never ends: the server is asked for more whenever what is on its way falls to the threshold.</summary>
public record NatsJSConsumeOpts
{
    /// <summary>At most so many messages on their way. Excludes <see cref="MaxBytes"/>; one of the two must be set.</summary>
    public int? MaxMsgs { get; init; }

    /// <summary>How long each pull stands; 30 seconds by default, at least one.</summary>
    public TimeSpan? Expires { get; init; }

    /// <summary>At most so many bytes on their way.</summary>
    public int? MaxBytes { get; init; }

    /// <summary>
    /// How often the server is to be heard of while there is nothing to deliver; half of <see cref="Expires"/> by default,
    /// between half a second and 30 seconds. After two missed ones the pull is sent again.
    /// </summary>
    public TimeSpan? IdleHeartbeat { get; init; }

    /// <summary>Half of <see cref="MaxMsgs"/> by default.</summary>
    public int? ThresholdMsgs { get; init; }

    /// <summary>Half of <see cref="MaxBytes"/> by default.</summary>
    public int? ThresholdBytes { get; init; }

    /// <summary>Told of what the consume meets and survives, one after another, off the receive path.</summary>
    public Func<INatsJSNotification, CancellationToken, Task>? NotificationHandler { get; init; }

    /// <summary>After so many "no responders" in a row the consumer is taken for deleted and the consume throws; -1 never.</summary>
    public int MaxConsecutive503Errors { get; init; } = 10;

    /// <summary>On cancellation hand out what has arrived already, instead of leaving it to be delivered again.</summary>
    public bool DrainOnCancel { get; init; }
}
