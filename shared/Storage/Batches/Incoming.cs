using System.Diagnostics;
using RideIngest.Records.Kinds;

namespace RideIngest.Storage.Batches;

/// <summary>A record that is to be stored, and the trace that it belongs to; the default stands for none.</summary>
public readonly record struct Incoming(Record Record, ActivityTraceId TraceId = default);
