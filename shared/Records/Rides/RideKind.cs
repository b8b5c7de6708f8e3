using RideIngest.Records.Fields;
using RideIngest.Records.Kinds;

namespace RideIngest.Records.Rides;

/// <summary>The kind of rides, stored in <c>rides.rides</c>.</summary>
internal sealed class RideKind() : Kind<Ride>("rides", "rides",
    Field(r => r.BookingId),
    Field(r => r.UserId),
    Field(r => r.DriverId),
    Field(r => r.VehicleModelId),
    Choice(r => r.Status),
    Field(r => r.RequestedAt),
    Field(r => r.PickedUpAt),
    Field(r => r.DroppedOffAt),
    Field(r => r.FromLat).Between(-90, 90),
    Field(r => r.FromLong).Between(-180, 180),
    Field(r => r.ToLat).Between(-90, 90),
    Field(r => r.ToLong).Between(-180, 180),
    Field(r => r.DistanceKm).AtLeast(0),
    Field(r => r.FareAmount).AtLeast(0),
    Text(r => r.Currency, 3).Matching("^[A-Za-z]{3}$", "three letters, such as EUR"),
    Field(r => r.Rating).Between(1, 5))
{
    public override Ride Sample { get; } = new()
    {
        Id = 7001,
        BookingId = 132512,
        UserId = 22177,
        DriverId = 4711,
        VehicleModelId = 28,
        Status = RideStatus.Completed,
        RequestedAt = new(2013, 1, 1, 1, 55, 0, TimeSpan.Zero),
        PickedUpAt = new(2013, 1, 1, 2, 4, 0, TimeSpan.Zero),
        DroppedOffAt = new(2013, 1, 1, 2, 41, 30, TimeSpan.Zero),
        FromLat = 12.924150,
        FromLong = 77.672290,
        ToLat = 12.927320,
        ToLong = 77.635750,
        DistanceKm = 9.4,
        FareAmount = 31250,
        Currency = "INR",
        Rating = 5,
    };

    protected override void Check(Ride record, ref FieldProblems problems) => RideRules.Check(record, ref problems);
}
