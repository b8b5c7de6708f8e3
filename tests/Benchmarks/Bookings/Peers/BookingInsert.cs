using Npgsql;
using RideIngest.Records.Bookings;
using RideIngest.Records.Kinds;

namespace RideIngest.Benchmarks.Bookings.Peers;

/// <summary>
/// One row, one commit: what stands in most services today. A connection from the pool, on which the statement is prepared once.
/// </summary>
internal sealed class BookingInsert(NpgsqlDataSource database, Kind kind)
{
    // More than this many commits at once gain nothing on a few cores, and cost each other.
    private const int MostConnections = 32;

    private const string Insert = """
        insert into rides.bookings (id, user_id, vehicle_model_id, package_id, travel_type_id, from_area_id, to_area_id, from_city_id,
        to_city_id,
          from_date, to_date, online_booking, mobile_site_booking, booking_created, from_lat, from_long, to_lat, to_long,
          car_cancellation, digest)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)
        """;

    public static NpgsqlDataSource Open(string connection) => new NpgsqlSlimDataSourceBuilder(
        new NpgsqlConnectionStringBuilder(connection)
        {
            MaxPoolSize = MostConnections,
            MaxAutoPrepare = 4,
            AutoPrepareMinUsages = 1,
            NoResetOnClose = true,
            WriteBufferSize = 64 * 1024,
        }.ConnectionString).Build();

    public async Task StoreAsync(Booking booking)
    {
        await using var connection = await database.OpenConnectionAsync();
        await using var insert = new NpgsqlCommand(Insert, connection);
        var values = insert.Parameters;
        values.Add(new NpgsqlParameter<long> { TypedValue = booking.Id });
        values.Add(new NpgsqlParameter<long> { TypedValue = booking.UserId });
        values.Add(new NpgsqlParameter<int> { TypedValue = booking.VehicleModelId });
        values.Add(new NpgsqlParameter<int?> { TypedValue = booking.PackageId });
        values.Add(new NpgsqlParameter<int> { TypedValue = booking.TravelTypeId });
        values.Add(new NpgsqlParameter<int?> { TypedValue = booking.FromAreaId });
        values.Add(new NpgsqlParameter<int?> { TypedValue = booking.ToAreaId });
        values.Add(new NpgsqlParameter<int?> { TypedValue = booking.FromCityId });
        values.Add(new NpgsqlParameter<int?> { TypedValue = booking.ToCityId });
        values.Add(new NpgsqlParameter<DateTime> { TypedValue = booking.FromDate.UtcDateTime });
        values.Add(new NpgsqlParameter<DateTime?> { TypedValue = booking.ToDate?.UtcDateTime });
        values.Add(new NpgsqlParameter<bool> { TypedValue = booking.OnlineBooking });
        values.Add(new NpgsqlParameter<bool> { TypedValue = booking.MobileSiteBooking });
        values.Add(new NpgsqlParameter<DateTime> { TypedValue = booking.BookingCreated.UtcDateTime });
        values.Add(new NpgsqlParameter<double?> { TypedValue = booking.FromLat });
        values.Add(new NpgsqlParameter<double?> { TypedValue = booking.FromLong });
        values.Add(new NpgsqlParameter<double?> { TypedValue = booking.ToLat });
        values.Add(new NpgsqlParameter<double?> { TypedValue = booking.ToLong });
        values.Add(new NpgsqlParameter<bool> { TypedValue = booking.CarCancellation });
        values.Add(new NpgsqlParameter<Guid> { TypedValue = kind.Digest(booking) });
        await insert.ExecuteNonQueryAsync();
    }
}
