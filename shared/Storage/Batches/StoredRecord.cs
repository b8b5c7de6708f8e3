using RideIngest.Records.Kinds;

namespace RideIngest.Storage.Batches;

/// <summary>A record as stored in Postgres.</summary>
public sealed record StoredRecord(Record<long> Record, Guid Digest, string? TraceId, DateTimeOffset StoredAt);
