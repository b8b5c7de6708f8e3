using RideIngest.Parking.Events;
using RideIngest.Records.Kinds;

namespace RideIngest.Parking.Invoices;

/// <summary>An invoice or a credit note to send. Its id is the number.</summary>
internal sealed record InvoiceMail : Record<string>
{
    public string VehiclePlate { get; init; } = "";
}

internal sealed class InvoiceMailKind() : Kind<InvoiceMail>("mails", "parking", Text(mail => mail.VehiclePlate, Plate.LongestText))
{
    public override InvoiceMail Sample { get; } = new() { Id = "2026-000001", VehiclePlate = "KA01AB1234" };
}
