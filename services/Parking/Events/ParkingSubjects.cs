namespace RideIngest.Parking.Events;

/// <summary>The subjects of the stream.</summary>
internal static class ParkingSubjects
{
    public const string Entries = "parking.entries";

    public const string Exits = "parking.exits";

    /// <summary>Versions of visits, for the summary file and for invoices.</summary>
    public const string Visits = "parking.visits";

    /// <summary>Invoices and credit notes to send.</summary>
    public const string Mail = "parking.mail";
}
