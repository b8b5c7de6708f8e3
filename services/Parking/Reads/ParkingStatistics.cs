using System.ComponentModel;

namespace RideIngest.Parking.Reads;

internal sealed record ParkingStatistics(
    [property: Description("Entries by state")] EntryCounts Entries,
    [property: Description("Exits by state")] ExitCounts Exits,
    [property: Description("Whether each event is in one state, and as many entries as exits are paired")] bool Balanced,
    [property: Description("Exits that were paired, over the last minute")] double PairsPerSecond,
    [property: Description("From the acceptance of an event until its batch is committed, over the last minute")]
    Quantiles Pairing,
    [property: Description("From the acceptance of an exit until the line in the summary file, over the last minute")]
    Quantiles Summary);

/// <summary>In milliseconds; null if there was nothing.</summary>
internal sealed record Quantiles(
    [property: Description("The median")] double? P50,
    [property: Description("95 of 100 are not longer")] double? P95,
    [property: Description("99 of 100 are not longer")] double? P99);

internal sealed record EntryCounts(
    [property: Description("All, each once")] long Received,
    [property: Description("Events that came again, and were dropped")] long Duplicate,
    [property: Description("The vehicle is inside")] long Open,
    [property: Description("Paired with an exit")] long Paired,
    [property: Description("The same plate entered again without an exit")] long Superseded,
    [property: Description("Unpaired, and older than the longest stay")] long Expired);

internal sealed record ExitCounts(
    [property: Description("All, each once")] long Received,
    [property: Description("Events that came again, and were dropped")] long Duplicate,
    [property: Description("The entry may still arrive")] long Waiting,
    [property: Description("Paired with an entry")] long Paired,
    [property: Description("The grace is over, and there is no entry")] long Unmatched);
