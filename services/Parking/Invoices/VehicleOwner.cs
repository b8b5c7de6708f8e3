using System.ComponentModel;
using MimeKit;

namespace RideIngest.Parking.Invoices;

/// <summary>The owner of a vehicle.</summary>
internal sealed record VehicleOwner(
    [property: Description("In upper case, without spaces and dashes")] string VehiclePlate,
    [property: Description("Where invoices are sent")] string Email,
    [property: Description("When it was named")] DateTimeOffset UpdatedAt);

/// <summary>The body that names an owner.</summary>
internal sealed record OwnerRequest(
    [property: Description("The address to which invoices are sent, in ASCII, without a name")] string Email)
{
    private const int LongestEmail = 254;

    private static readonly ParserOptions Strict = new()
    {
        AddressParserComplianceMode = RfcComplianceMode.Strict,
        AllowAddressesWithoutDomain = false,
    };

    /// <summary>Whether a text is an address alone, that any mail server can take.</summary>
    public static bool IsEmail(string text) =>
        text.Length <= LongestEmail && text.All(letter => letter is > ' ' and < '\x7f')
        && MailboxAddress.TryParse(Strict, text, out var address) && address.Address == text && string.IsNullOrEmpty(address.Name)
        && address.Route.Count == 0;
}
