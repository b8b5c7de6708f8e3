using System.ComponentModel;

namespace RideIngest.Parking.Settlement;

/// <summary>An exit as an operator settled it.</summary>
internal sealed record SettledExit(
    [property: Description("The exit's id")] string Id,
    [property: Description("Its entry; null for none")] string? EntryId);

/// <summary>The body of a settlement.</summary>
internal sealed record SettlementRequest(
    [property: Description("The id of its entry, or null for none")] string? EntryId);
