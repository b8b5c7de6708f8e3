using Npgsql;
using RideIngest.Records.Bookings;

namespace RideIngest.Faults.Checking;

internal static class BookingRows
{
    public const string Select =
        """
        select id, user_id, vehicle_model_id, package_id, travel_type_id, from_area_id, to_area_id, from_city_id, to_city_id, from_date, to_date,
               online_booking, mobile_site_booking, booking_created, from_lat, from_long, to_lat, to_long, car_cancellation
        from rides.bookings
        """;

    public static Booking Read(NpgsqlDataReader row) => new()
    {
        Id = row.GetInt64(0),
        UserId = row.GetInt64(1),
        VehicleModelId = row.GetInt32(2),
        PackageId = Int(row, 3),
        TravelTypeId = row.GetInt32(4),
        FromAreaId = Int(row, 5),
        ToAreaId = Int(row, 6),
        FromCityId = Int(row, 7),
        ToCityId = Int(row, 8),
        FromDate = row.GetFieldValue<DateTimeOffset>(9),
        ToDate = row.IsDBNull(10) ? null : row.GetFieldValue<DateTimeOffset>(10),
        OnlineBooking = row.GetBoolean(11),
        MobileSiteBooking = row.GetBoolean(12),
        BookingCreated = row.GetFieldValue<DateTimeOffset>(13),
        FromLat = Double(row, 14),
        FromLong = Double(row, 15),
        ToLat = Double(row, 16),
        ToLong = Double(row, 17),
        CarCancellation = row.GetBoolean(18),
    };

    private static int? Int(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetInt32(column);

    private static double? Double(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetDouble(column);
}
