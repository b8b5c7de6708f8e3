using System.Threading.Channels;

namespace NATS.Client.Core;

/// <summary>How one subscription ends and how much it may hold.</summary>
public record NatsSubOpts
{
    public int? MaxMsgs { get; init; }

    /// <summary>The whole life of the subscription.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>How long to wait for the first message.</summary>
    public TimeSpan? StartUpTimeout { get; init; }

    /// <summary>How long to wait between messages.</summary>
    public TimeSpan? IdleTimeout { get; init; }

    public bool? StopOnEmptyMsg { get; init; }

    public bool? ThrowIfNoResponders { get; init; }

    public NatsSubChannelOpts? ChannelOpts { get; init; }

    public NatsSubEvents? Events { get; init; }
}

public record NatsSubChannelOpts
{
    public BoundedChannelFullMode? FullMode { get; init; }

    public int? Capacity { get; init; }
}

public record NatsSubEvents
{
    /// <summary>Called once, when the subscription has been sent to the server.</summary>
    public Func<NatsSubBase, ValueTask>? OnSubscribed { get; init; }
}
