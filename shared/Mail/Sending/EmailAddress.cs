using MimeKit;

namespace RideIngest.Mail.Sending;

/// <summary>The rule for addresses of mails.</summary>
public static class EmailAddress
{
    private const int Longest = 254;

    private static readonly ParserOptions Strict = new()
    {
        AddressParserComplianceMode = RfcComplianceMode.Strict,
        AllowAddressesWithoutDomain = false,
    };

    /// <summary>Whether a text is an address alone, that any mail server can take.</summary>
    public static bool IsValid(string text) =>
        text.Length <= Longest && text.All(letter => letter is > ' ' and < '\x7f')
        && MailboxAddress.TryParse(Strict, text, out var address) && address.Address == text && string.IsNullOrEmpty(address.Name)
        && address.Route.Count == 0;
}
