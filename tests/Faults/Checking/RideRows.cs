using Npgsql;
using RideIngest.Records.Rides;

namespace RideIngest.Faults.Checking;

internal static class RideRows
{
    public const string Select =
        """
        select id, booking_id, user_id, driver_id, vehicle_model_id, status, requested_at, picked_up_at, dropped_off_at, from_lat,
        from_long, to_lat, to_long,
               distance_km, fare_amount, currency, rating
        from rides.rides
        """;

    public static Ride Read(NpgsqlDataReader row) => new()
    {
        Id = row.GetInt64(0),
        BookingId = row.Maybe<long>(1),
        UserId = row.GetInt64(2),
        DriverId = row.GetInt64(3),
        VehicleModelId = row.Maybe<int>(4),
        Status = row.GetString(5) switch
        {
            "completed" => RideStatus.Completed,
            "cancelled" => RideStatus.Cancelled,
            "no_show" => RideStatus.NoShow,
            var other => throw new InvalidDataException($"A ride is {other}."),
        },
        RequestedAt = row.GetFieldValue<DateTimeOffset>(6),
        PickedUpAt = row.Maybe<DateTimeOffset>(7),
        DroppedOffAt = row.Maybe<DateTimeOffset>(8),
        FromLat = row.GetDouble(9),
        FromLong = row.GetDouble(10),
        ToLat = row.Maybe<double>(11),
        ToLong = row.Maybe<double>(12),
        DistanceKm = row.Maybe<double>(13),
        FareAmount = row.Maybe<long>(14),
        Currency = row.IsDBNull(15) ? null : row.GetString(15),
        Rating = row.Maybe<int>(16),
    };
}
