namespace NATS.Client.JetStream.Consuming;

/// <summary>The caller's options for a pull, checked and with their defaults.</summary>
internal sealed record PullSettings
{
    /// <summary>A pull by bytes needs a number of messages too: more than it can ever reach.</summary>
    private const int UnboundedMsgs = 1_000_000;

    private static readonly TimeSpan DefaultExpires = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan MinExpires = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan MaxHeartbeat = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan MinHeartbeat = TimeSpan.FromSeconds(0.5);

    public required bool ByBytes { get; init; }

    /// <summary>In bytes or messages: see <see cref="ByBytes"/>.</summary>
    public required long Max { get; init; }

    public required long Threshold { get; init; }

    public required TimeSpan Expires { get; init; }

    public required TimeSpan IdleHeartbeat { get; init; }

    public bool NoWait { get; init; }

    public int MaxNoResponders { get; init; } = -1;

    public Func<INatsJSNotification, CancellationToken, Task>? NotificationHandler { get; init; }

    public static PullSettings From(NatsJSConsumeOpts opts) =>
        Create(opts.MaxMsgs, opts.MaxBytes, opts.ThresholdMsgs, opts.ThresholdBytes, opts.Expires, opts.IdleHeartbeat) with
        {
            MaxNoResponders = opts.MaxConsecutive503Errors,
            NotificationHandler = opts.NotificationHandler,
        };

    public static PullSettings From(NatsJSFetchOpts opts, bool noWait)
    {
        var settings = Create(opts.MaxMsgs, opts.MaxBytes, null, null, opts.Expires, opts.IdleHeartbeat);
        return settings with
        {
            Threshold = settings.Max,
            NoWait = noWait,
            NotificationHandler = opts.NotificationHandler,
        };
    }

    /// <summary>Units of <see cref="Max"/> that a message takes.</summary>
    public long UnitsOf(int size) => ByBytes ? size : 1;

    public Wire.PullRequest Request(long units) => new(
        Batch: ByBytes ? UnboundedMsgs : units,
        MaxBytes: ByBytes ? units : 0,
        Expires: NoWait ? default : Expires,
        IdleHeartbeat: NoWait ? default : IdleHeartbeat,
        NoWait);

    private static PullSettings Create(
        int? maxMsgs, int? maxBytes, int? thresholdMsgs, int? thresholdBytes, TimeSpan? expires, TimeSpan? idleHeartbeat)
    {
        if (maxMsgs.HasValue == maxBytes.HasValue)
            throw new NatsJSException("Set MaxMsgs or MaxBytes, and not both");

        var byBytes = maxBytes.HasValue;
        long max = maxBytes ?? maxMsgs!.Value;
        var threshold = (byBytes ? thresholdBytes : thresholdMsgs) ?? max / 2;
        if (threshold > max)
            throw new NatsJSException($"The threshold {threshold} is above the maximum {max}");

        var expiry = expires ?? DefaultExpires;
        if (expiry < MinExpires)
            throw new NatsJSException($"Expires {expiry} is below {MinExpires}");

        var heartbeat = idleHeartbeat ?? expiry / 2;
        if (heartbeat > MaxHeartbeat || (heartbeat != TimeSpan.Zero && heartbeat < MinHeartbeat))
            throw new NatsJSException($"IdleHeartbeat {heartbeat} is not between {MinHeartbeat} and {MaxHeartbeat}");

        return new PullSettings { ByBytes = byBytes, Max = max, Threshold = threshold, Expires = expiry, IdleHeartbeat = heartbeat };
    }
}
