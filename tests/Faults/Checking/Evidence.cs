using System.Globalization;
using Npgsql;
using RideIngest.Faults.Load;
using RideIngest.Records.Bookings;

namespace RideIngest.Faults.Checking;

/// <summary>A dead letter as it rests.</summary>
internal sealed record Letter(long? Id, string Code, byte[] Payload);

/// <summary>What Postgres holds, read column by column with nothing of the product's own reading.</summary>
internal sealed class Evidence
{
    private const string Select =
        """
        select id, user_id, vehicle_model_id, package_id, travel_type_id, from_area_id, to_area_id, from_city_id, to_city_id, from_date, to_date,
               online_booking, mobile_site_booking, booking_created, from_lat, from_long, to_lat, to_long, car_cancellation
        from rides.bookings
        """;

    public Dictionary<long, Booking> Rows { get; } = [];

    /// <summary>Ids that are there more than once.</summary>
    public List<long> Repeated { get; } = [];

    public List<Letter> Letters { get; } = [];

    /// <param name="firstId">Rows before this one are of no concern.</param>
    /// <param name="firstLetter">Nor are dead letters before this one, by their own number.</param>
    public static async Task<Evidence> ReadAsync(NpgsqlDataSource database, long firstId = 0, long firstLetter = 0)
    {
        var evidence = new Evidence();
        await using (var select = database.CreateCommand(string.Create(CultureInfo.InvariantCulture, $"{Select} where id >= {firstId}")))
        await using (var row = await select.ExecuteReaderAsync())
        {
            while (await row.ReadAsync())
            {
                var booking = Booking(row);
                if (!evidence.Rows.TryAdd(booking.Id, booking))
                    evidence.Repeated.Add(booking.Id);
            }
        }
        await using (var select = database.CreateCommand(string.Create(CultureInfo.InvariantCulture,
            $"select record_id, error_code, payload from ops.dead_letters where id >= {firstLetter}")))
        await using (var row = await select.ExecuteReaderAsync())
        {
            while (await row.ReadAsync())
                evidence.Letters.Add(new Letter(row.IsDBNull(0) ? null : row.GetInt64(0), row.GetString(1), row.GetFieldValue<byte[]>(2)));
        }
        return evidence;
    }

    private static Booking Booking(NpgsqlDataReader row) => new()
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
