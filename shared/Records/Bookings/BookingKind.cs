using RideIngest.Records.Fields;
using RideIngest.Records.Kinds;

namespace RideIngest.Records.Bookings;

/// <summary>The kind of bookings, stored in <c>rides.bookings</c>.</summary>
internal sealed class BookingKind() : Kind<Booking>("bookings", "rides",
    Field(b => b.UserId),
    Field(b => b.VehicleModelId),
    Field(b => b.PackageId),
    Field(b => b.TravelTypeId).Between(1, 3),
    Field(b => b.FromAreaId),
    Field(b => b.ToAreaId),
    Field(b => b.FromCityId),
    Field(b => b.ToCityId),
    Field(b => b.FromDate),
    Field(b => b.ToDate),
    Field(b => b.OnlineBooking),
    Field(b => b.MobileSiteBooking),
    Field(b => b.BookingCreated),
    Field(b => b.FromLat).Between(-90, 90),
    Field(b => b.FromLong).Between(-180, 180),
    Field(b => b.ToLat).Between(-90, 90),
    Field(b => b.ToLong).Between(-180, 180),
    Field(b => b.CarCancellation))
{
    public override Booking Sample { get; } = new()
    {
        Id = 132512,
        UserId = 22177,
        VehicleModelId = 28,
        TravelTypeId = 2,
        FromAreaId = 83,
        ToAreaId = 448,
        FromDate = new(2013, 1, 1, 2, 0, 0, TimeSpan.Zero),
        OnlineBooking = true,
        BookingCreated = new(2013, 1, 1, 1, 39, 0, TimeSpan.Zero),
        FromLat = 12.924150,
        FromLong = 77.672290,
        ToLat = 12.927320,
        ToLong = 77.635750,
    };

    protected override void Check(Booking record, ref FieldProblems problems) => BookingRules.Check(record, ref problems);
}
