using Npgsql;
using RideIngest.Records.Rides;

namespace RideIngest.Faults.Checking;

internal static class RideRows
{
    public const string Select =
        """
        select id, booking_id, user_id, driver_id, vehicle_model_id, status, requested_at, picked_up_at, dropped_off_at, from_lat, from_long, to_lat, to_long,
               distance_km, fare_amount, currency, rating
        from rides.rides
        """;

    public static Ride Read(NpgsqlDataReader row) => new()
    {
        Id = row.GetInt64(0),
        BookingId = Maybe<long>(row, 1),
        UserId = row.GetInt64(2),
        DriverId = row.GetInt64(3),
        VehicleModelId = Maybe<int>(row, 4),
        Status = row.GetString(5) switch
        {
            "completed" => RideStatus.Completed,
            "cancelled" => RideStatus.Cancelled,
            "no_show" => RideStatus.NoShow,
            var other => throw new InvalidDataException($"A ride is {other}."),
        },
        RequestedAt = row.GetFieldValue<DateTimeOffset>(6),
        PickedUpAt = Maybe<DateTimeOffset>(row, 7),
        DroppedOffAt = Maybe<DateTimeOffset>(row, 8),
        FromLat = row.GetDouble(9),
        FromLong = row.GetDouble(10),
        ToLat = Maybe<double>(row, 11),
        ToLong = Maybe<double>(row, 12),
        DistanceKm = Maybe<double>(row, 13),
        FareAmount = Maybe<long>(row, 14),
        Currency = row.IsDBNull(15) ? null : row.GetString(15),
        Rating = Maybe<int>(row, 16),
    };

    private static T? Maybe<T>(NpgsqlDataReader row, int column)
        where T : struct => row.IsDBNull(column) ? null : row.GetFieldValue<T>(column);
}
