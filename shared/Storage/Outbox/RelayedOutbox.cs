namespace RideIngest.Storage.Outbox;

/// <summary>The configuration of a relay.</summary>
/// <param name="Poll">The longest time between two looks at the outbox.</param>
/// <param name="Runs">Whether this process may relay it.</param>
internal sealed record RelayedOutbox(string System, PublishEvents Publish, TimeSpan Poll, bool Runs);
