namespace RideIngest.Storage.Outbox;

/// <summary>An event that must be published because of a commit.</summary>
public sealed record OutboxEvent
{
    /// <summary>The subject on which to publish it.</summary>
    public required string Subject { get; init; }

    /// <summary>Events with the same key are published in order.</summary>
    public required string Key { get; init; }

    /// <summary>The message id, which stays the same when the event is published again.</summary>
    public required string Id { get; init; }

    public required ReadOnlyMemory<byte> Payload { get; init; }

    /// <summary>The headers, including the trace context.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();
}
