using System.Buffers;
using System.Text;
using RideIngest.Records;
using RideIngest.Records.Bookings;

namespace RideIngest.Faults.Load;

/// <summary>
/// Bookings made of an id and a version: the same two always make the same booking, and another version makes another one. So the ledger
/// need not keep what was sent to know it.
/// </summary>
internal static class Content
{
    private static readonly Kind Bookings = new Catalog()["bookings"];
    private static readonly DateTimeOffset Epoch = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static Booking Of(long id, int version)
    {
        var random = new Random(unchecked((int)((id * 7919) + (version * 104_729))));
        var from = Epoch.AddSeconds(random.Next(100_000_000));
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

    public static string Json(long id, int version)
    {
        var bytes = new ArrayBufferWriter<byte>(512);
        Bookings.WriteJson(Of(id, version), bytes);
        return Encoding.UTF8.GetString(bytes.WrittenSpan);
    }

    /// <summary>The version that a booking claims to be.</summary>
    public static int VersionOf(Booking booking) => booking.VehicleModelId;

    /// <summary>What the bytes of a dead letter were, if they are a booking of ours.</summary>
    public static Booking? Read(ReadOnlySpan<byte> json) => Bookings.Read(json).Record as Booking;
}
