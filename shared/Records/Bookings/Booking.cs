using RideIngest.Records.Kinds;

namespace RideIngest.Records.Bookings;

/// <summary>A booked trip.</summary>
public sealed record Booking : Record<long>
{
    public long UserId { get; init; }
    public int VehicleModelId { get; init; }
    public int? PackageId { get; init; }
    public int TravelTypeId { get; init; }
    public int? FromAreaId { get; init; }
    public int? ToAreaId { get; init; }
    public int? FromCityId { get; init; }
    public int? ToCityId { get; init; }
    public DateTimeOffset FromDate { get; init; }
    public DateTimeOffset? ToDate { get; init; }
    public bool OnlineBooking { get; init; }
    public bool MobileSiteBooking { get; init; }
    public DateTimeOffset BookingCreated { get; init; }
    public double? FromLat { get; init; }
    public double? FromLong { get; init; }
    public double? ToLat { get; init; }
    public double? ToLong { get; init; }
    public bool CarCancellation { get; init; }
}
