using RideIngest.Records.Bookings;

namespace RideIngest.Faults.Load;

internal static class BookingContent
{
    public static Booking Of(long id, int version, Random random)
    {
        var from = Content.Epoch.AddSeconds(random.Next(100_000_000));
        return new Booking
        {
            Id = id,
            UserId = 1 + random.NextInt64(1L << 40),
            VehicleModelId = version,
            PackageId = Maybe(random.Next(100)),
            TravelTypeId = random.Next(1, 4),
            FromAreaId = Maybe(random.Next(2000)),
            ToAreaId = Maybe(random.Next(2000)),
            FromCityId = Maybe(random.Next(50)),
            ToCityId = Maybe(random.Next(50)),
            FromDate = from,
            ToDate = random.Next(2) == 0 ? null : from.AddSeconds(random.Next(100_000)),
            OnlineBooking = random.Next(2) == 0,
            MobileSiteBooking = random.Next(2) == 0,
            BookingCreated = from.AddSeconds(-random.Next(100_000)),
            FromLat = (random.NextDouble() * 180) - 90,
            FromLong = (random.NextDouble() * 360) - 180,
            ToLat = random.Next(2) == 0 ? null : (random.NextDouble() * 180) - 90,
            ToLong = random.Next(2) == 0 ? null : (random.NextDouble() * 360) - 180,
            CarCancellation = random.Next(2) == 0,
        };

        int? Maybe(int value) => random.Next(3) == 0 ? null : value;
    }
}
