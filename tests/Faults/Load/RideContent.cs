using RideIngest.Records.Rides;

namespace RideIngest.Faults.Load;

internal static class RideContent
{
    private static readonly string[] Currencies = ["INR", "EUR", "USD"];

    public static Ride Of(long id, int version, Random random)
    {
        var requested = Content.Epoch.AddSeconds(random.Next(100_000_000));
        var status = (RideStatus)random.Next(3);
        var picked = requested.AddSeconds(random.Next(2000));
        var hasFare = random.Next(3) > 0;
        return new Ride
        {
            Id = id,
            BookingId = random.Next(3) == 0 ? null : 1 + random.NextInt64(1L << 40),
            UserId = 1 + random.NextInt64(1L << 40),
            DriverId = version,
            VehicleModelId = random.Next(3) == 0 ? null : random.Next(100),
            Status = status,
            RequestedAt = requested,
            PickedUpAt = status == RideStatus.Completed ? picked : null,
            DroppedOffAt = status == RideStatus.Completed ? picked.AddSeconds(random.Next(10_000)) : null,
            FromLat = (random.NextDouble() * 180) - 90,
            FromLong = (random.NextDouble() * 360) - 180,
            ToLat = random.Next(2) == 0 ? null : (random.NextDouble() * 180) - 90,
            ToLong = random.Next(2) == 0 ? null : (random.NextDouble() * 360) - 180,
            DistanceKm = random.Next(3) == 0 ? null : random.NextDouble() * 100,
            FareAmount = hasFare ? random.NextInt64(1L << 40) : null,
            Currency = hasFare ? Currencies[random.Next(Currencies.Length)] : null,
            Rating = random.Next(2) == 0 ? null : random.Next(1, 6),
        };
    }
}
