namespace RideIngest.Storage.Outbox;

/// <summary>What a relay has to know.</summary>
/// <param name="Poll">After how long it looks without being woken.</param>
internal sealed record RelayedOutbox(string System, PublishEvents Publish, TimeSpan Poll);
