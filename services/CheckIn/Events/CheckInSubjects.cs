namespace RideIngest.CheckIn.Events;

/// <summary>The subjects of the streams.</summary>
internal static class CheckInSubjects
{
    /// <summary>Check-outs, for every destination.</summary>
    public const string CheckOuts = "checkin.checkouts";

    /// <summary>Taps that wait for Postgres, in a stream of their own.</summary>
    public const string Taps = "checkin.taps";
}
