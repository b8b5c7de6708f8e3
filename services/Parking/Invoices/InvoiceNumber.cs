using System.Globalization;

namespace RideIngest.Parking.Invoices;

/// <summary>The number of an invoice or a credit note, such as <c>2026-000001</c>.</summary>
internal readonly record struct InvoiceNumber(int Year, long Sequence)
{
    public static InvoiceNumber? Parse(string text) =>
        text.Split('-') is [{ Length: 4 } year, { Length: >= 6 and <= 18 } sequence]
        && int.TryParse(year, NumberStyles.None, CultureInfo.InvariantCulture, out var ofYear)
        && long.TryParse(sequence, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? new InvoiceNumber(ofYear, number)
            : null;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Year:D4}-{Sequence:D6}");
}
