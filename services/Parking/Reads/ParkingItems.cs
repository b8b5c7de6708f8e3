using System.ComponentModel;
using RideIngest.Parking.Events;

namespace RideIngest.Parking.Reads;

internal sealed record VehicleInside(
    [property: Description("The id of its entry")] string EntryId,
    [property: Description("The plate: letters and digits in upper case")] string VehiclePlate,
    [property: Description("When it entered")] DateTimeOffset EntryDateTime,
    [property: Description("The time since the entry, such as 1h2m3s")] string Stay,
    [property: Description("What the stay costs so far, in the smallest unit of the currency")] long Charge,
    [property: Description("ISO 4217")] string Currency);

internal sealed record VehiclesInside(
    [property: Description("The longest stay first")] IReadOnlyList<VehicleInside> Items,
    [property: Description("The value of `after` for the next page; null on the last")] string? Next);

internal sealed record ReadVisit(
    [property: Description("The id of its exit")] string Id,
    [property: Description("The plate of the exit")] string VehiclePlate,
    [property: Description("When it entered; null when it is withdrawn")] DateTimeOffset? EntryDateTime,
    [property: Description("When it left")] DateTimeOffset ExitDateTime,
    [property: Description("The stay, such as 1h2m3s; null when it is withdrawn")] string? Duration,
    [property: Description("Rises with each change")] int Version,
    [property: Description("confirmed: by an operator; withdrawn: it had an entry, and has none any more")] VisitState State);

internal sealed record VisitPage(
    [property: Description("The latest exit first. A page may have fewer items than its limit, and still a next one")]
    IReadOnlyList<ReadVisit> Items,
    [property: Description("The value of `after` for the next page; null on the last")] string? Next);

internal sealed record ReadEvent(
    [property: Description("The event's id")] string Id,
    [property: Description("The plate: letters and digits in upper case")] string VehiclePlate,
    [property: Description("When the vehicle entered or left")] DateTimeOffset At,
    [property: Description("open, paired, superseded or expired; of an exit waiting, paired or unmatched")] string State,
    [property: Description("The id of the exit, or of the entry, that it is paired with; null for none")] string? PairedWith,
    [property: Description("Whether an operator paired or separated it")] bool ByHand,
    [property: Description("When it was stored")] DateTimeOffset ReceivedAt);

internal sealed record EventPage(
    [property: Description("The latest first. A page may have fewer items than its limit, and still a next one")]
    IReadOnlyList<ReadEvent> Items,
    [property: Description("The value of `after` for the next page; null on the last")] string? Next);
