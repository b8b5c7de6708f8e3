using System.Diagnostics;
using RideIngest.Records.Kinds;

namespace RideIngest.Storage.Batches;

/// <summary>A record to store, with its trace; the default means no trace.</summary>
public readonly record struct Incoming(Record<long> Record, ActivityTraceId TraceId = default);
