using RideIngest.Records.Fields;

namespace RideIngest.Records.Bookings;

/// <summary>What is valid in a booking beyond each field by itself.</summary>
internal static class BookingRules
{
    internal static void Check(Booking booking, ref FieldProblems problems)
    {
        if (booking.ToDate < booking.FromDate)
            problems.Add("to_date", "must not be before from_date");
    }
}
