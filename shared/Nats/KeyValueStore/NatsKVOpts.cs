namespace NATS.Client.KeyValueStore;

public class NatsKVOpts
{
    public static readonly NatsKVOpts Default = new();

    /// <summary>Read keys through subjects that name them, so that permissions can be given by key.</summary>
    public bool UseDirectGetApiWithKeysInSubject { get; init; }

    /// <summary>Whether a cancelled watch throws, or just ends.</summary>
    public bool WatcherThrowOnCancellation { get; init; } = true;
}

/// <summary>What a watch tells. By default the present value of each key, then every change.</summary>
public record NatsKVWatchOpts
{
    public static readonly NatsKVWatchOpts Default = new();

    /// <summary>After two missed heartbeats the watch is taken for lost, and resumed after the last entry.</summary>
    public TimeSpan IdleHeartbeat { get; init; } = TimeSpan.FromSeconds(5);

    public bool IgnoreDeletes { get; init; }

    /// <summary>Begin with all kept values of each key, not the last only.</summary>
    public bool IncludeHistory { get; init; }

    /// <summary>Leave out what is there already.</summary>
    public bool UpdatesOnly { get; init; }

    /// <summary>Leave out the values.</summary>
    public bool MetaOnly { get; init; }

    /// <summary>Called if there is nothing to begin with; true ends the watch.</summary>
    public Func<CancellationToken, ValueTask<bool>>? OnNoData { get; init; }

    /// <summary>Begin with this revision. Excludes <see cref="IncludeHistory"/> and <see cref="UpdatesOnly"/>.</summary>
    public ulong ResumeAtRevision { get; init; }

    internal void ThrowIfInvalid()
    {
        if (ResumeAtRevision > 0 && (IncludeHistory || UpdatesOnly))
            throw new InvalidOperationException("ResumeAtRevision excludes IncludeHistory and UpdatesOnly");

        if (IncludeHistory && UpdatesOnly)
            throw new InvalidOperationException("IncludeHistory and UpdatesOnly exclude each other");
    }
}

public record NatsKVDeleteOpts
{
    /// <summary>Remove the key's history, too.</summary>
    public bool Purge { get; init; }

    /// <summary>Delete only if this is the last revision; 0 deletes whatever it is.</summary>
    public ulong Revision { get; init; }
}

public record NatsKVPurgeOpts
{
    public static readonly NatsKVPurgeOpts Default = new() { DeleteMarkersThreshold = TimeSpan.FromMinutes(30) };

    /// <summary>Delete markers younger than this are kept; zero keeps none.</summary>
    public TimeSpan DeleteMarkersThreshold { get; init; }
}
