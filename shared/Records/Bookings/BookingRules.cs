using RideIngest.Records.Fields;

namespace RideIngest.Records.Bookings;

/// <summary>The rules of a booking that concern more than one field.</summary>
internal static class BookingRules
{
    internal static void Check(Booking booking, ref FieldProblems problems)
    {
        if (booking.ToDate < booking.FromDate)
            problems.Add("to_date", "must not be before from_date");
    }
}
