using Npgsql;
using RideIngest.Records.Bookings;

namespace RideIngest.Faults.Checking;

internal static class BookingRows
{
    public const string Select =
        """
        select id, user_id, vehicle_model_id, package_id, travel_type_id, from_area_id, to_area_id, from_city_id, to_city_id, from_date,
        to_date,
               online_booking, mobile_site_booking, booking_created, from_lat, from_long, to_lat, to_long, car_cancellation
        from rides.bookings
        """;

    public static Booking Read(NpgsqlDataReader row) => new()
    {
        Id = row.GetInt64(0),
        UserId = row.GetInt64(1),
        VehicleModelId = row.GetInt32(2),
        PackageId = row.Maybe<int>(3),
        TravelTypeId = row.GetInt32(4),
        FromAreaId = row.Maybe<int>(5),
        ToAreaId = row.Maybe<int>(6),
        FromCityId = row.Maybe<int>(7),
        ToCityId = row.Maybe<int>(8),
        FromDate = row.GetFieldValue<DateTimeOffset>(9),
        ToDate = row.Maybe<DateTimeOffset>(10),
        OnlineBooking = row.GetBoolean(11),
        MobileSiteBooking = row.GetBoolean(12),
        BookingCreated = row.GetFieldValue<DateTimeOffset>(13),
        FromLat = row.Maybe<double>(14),
        FromLong = row.Maybe<double>(15),
        ToLat = row.Maybe<double>(16),
        ToLong = row.Maybe<double>(17),
        CarCancellation = row.GetBoolean(18),
    };
}
