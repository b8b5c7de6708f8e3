using System.ComponentModel;

namespace RideIngest.Park.Commands;

[Description("A new ride")]
internal sealed record PostedRide(
    [property: Description("1 to 100 characters")] string Name,
    [property: Description("How many people it takes at once")] int Capacity,
    [property: Description("How long it is on its way, such as 3m")] string RideTime,
    [property: Description("Up to 1000 characters")] string? Description = null,
    [property: Description("clock, the default: it leaves whenever it is free and people wait; reported: its controller says when")]
    string? Boarding = null);

[Description("What changes of a ride")]
internal sealed record PatchedRide(
    [property: Description("1 to 100 characters")] string? Name = null,
    [property: Description("How many people it takes at once")] int? Capacity = null,
    [property: Description("How long it is on its way, such as 3m")] string? RideTime = null,
    [property: Description("Up to 1000 characters")] string? Description = null);

[Description("A ride's status")]
internal sealed record PutStatus(
    [property: Description("operating, down or closed")] string Status,
    [property: Description("Up to 300 characters")] string? Reason = null);

[Description("A departure")]
internal sealed record PostedDeparture(
    [property: Description("How many people are on the ride")] int Boarded,
    [property: Description("When it left")] DateTimeOffset At);
