namespace RideIngest.Storage.Outbox;

/// <summary>An event that must be published because of a commit.</summary>
public sealed record OutboxEvent
{
    /// <summary>Where it is published.</summary>
    public required string Subject { get; init; }

    /// <summary>Events with the same key are published in their order.</summary>
    public required string Key { get; init; }

    /// <summary>The message's id: it is the same when the event is published again.</summary>
    public required string Id { get; init; }

    public required ReadOnlyMemory<byte> Payload { get; init; }

    /// <summary>The trace context is among them.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();
}
