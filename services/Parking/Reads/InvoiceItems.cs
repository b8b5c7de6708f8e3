using System.ComponentModel;

namespace RideIngest.Parking.Reads;

internal sealed record ReadInvoice(
    [property: Description("Without gaps in a year")] string Number,
    [property: Description("invoice or credit_note")] string Kind,
    [property: Description(
        "no_owner: waits for an owner; sending: the mail server does not have it yet; refused: it refuses the address; credited: a credit "
        + "note cancels the invoice. Credited or not, each is sent once")]
    string State,
    [property: Description("The visit, which is known by the id of its exit")] string VisitId,
    [property: Description("The version of the visit that caused it")] int VisitVersion,
    [property: Description("In upper case, without spaces and dashes")] string VehiclePlate,
    [property: Description("When the stay began")] DateTimeOffset EntryDateTime,
    [property: Description("When the stay ended")] DateTimeOffset ExitDateTime,
    [property: Description("In the smallest unit of the currency; less than 0 on a credit note")] long Amount,
    [property: Description("ISO 4217")] string Currency,
    [property: Description("When it got its number")] DateTimeOffset IssuedAt,
    [property: Description("Of a credit note, the invoice that it cancels")] string? Credits,
    [property: Description("Of an invoice, the credit note that cancels it")] string? CreditedBy,
    [property: Description("When the mail server took the mail; null if it did not yet")] DateTimeOffset? SentAt,
    [property: Description("The address to which it was sent")] string? SentTo);

internal sealed record InvoicePage(
    [property: Description("The latest first")] IReadOnlyList<ReadInvoice> Items,
    [property: Description("The value of `after` for the next page; null on the last")] string? Next);
