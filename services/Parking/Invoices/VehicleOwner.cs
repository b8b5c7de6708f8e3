using System.ComponentModel;

namespace RideIngest.Parking.Invoices;

/// <summary>The owner of a vehicle.</summary>
internal sealed record VehicleOwner(
    [property: Description("In upper case, without spaces and dashes")] string VehiclePlate,
    [property: Description("Where invoices are sent")] string Email,
    [property: Description("When it was named")] DateTimeOffset UpdatedAt);

/// <summary>The body that names an owner.</summary>
internal sealed record OwnerRequest(
    [property: Description("The address to which invoices are sent, in ASCII, without a name")] string Email);
