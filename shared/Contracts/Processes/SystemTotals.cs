namespace RideIngest.Contracts.Processes;

/// <summary>What a process has done for a system since its start, in records or events.</summary>
/// <param name="Taken">How many came in.</param>
/// <param name="Done">How many have taken effect.</param>
/// <param name="Failed">How many were refused, or kept as dead letters.</param>
/// <param name="P50Ms">The median latency of the last ten seconds; null if nothing was measured.</param>
/// <param name="P99Ms">Its 99th percentile.</param>
public sealed record SystemTotals(string Name, long Taken, long Done, long Failed, double? P50Ms, double? P99Ms);
