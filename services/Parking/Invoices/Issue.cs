using RideIngest.Parking.Events;

namespace RideIngest.Parking.Invoices;

/// <summary>The invoice of a visit that is not credited.</summary>
internal sealed record StandingInvoice(string Number, string Plate, DateTime EntryAt, DateTime ExitAt, long Amount, string Currency);

/// <summary>An invoice or a credit note that is to get a number.</summary>
/// <param name="Credits">The number of the invoice that it cancels; null for an invoice.</param>
internal sealed record NewDocument(
    string VisitId, int VisitVersion, string Plate, DateTime EntryAt, DateTime ExitAt, long Amount, string Currency, string? Credits);

/// <summary>Decides what is issued for a version of a visit.</summary>
internal static class Issue
{
    /// <summary>Whether the standing invoice is also that of this version: it is not issued anew when the tariff has changed.</summary>
    public static bool Keeps(Visit visit, StandingInvoice? standing) =>
        standing is not null && visit.State != VisitState.Withdrawn && visit.VehiclePlate == standing.Plate
        && visit.EntryDateTime?.UtcDateTime == standing.EntryAt && visit.ExitDateTime.UtcDateTime == standing.ExitAt;

    public static IEnumerable<NewDocument> Of(Visit visit, StandingInvoice? standing, Tariff tariff)
    {
        if (Keeps(visit, standing))
            yield break;
        if (standing is not null)
        {
            yield return new(
                visit.Id, visit.Version, standing.Plate, standing.EntryAt, standing.ExitAt, -standing.Amount, standing.Currency,
                standing.Number);
        }
        if (visit.State == VisitState.Withdrawn || visit.EntryDateTime is not { } entry)
            yield break;
        if (tariff.ChargeOf(entry, visit.ExitDateTime) is > 0 and var charge)
        {
            yield return new(
                visit.Id, visit.Version, visit.VehiclePlate, entry.UtcDateTime, visit.ExitDateTime.UtcDateTime, charge, tariff.Currency,
                Credits: null);
        }
    }
}
