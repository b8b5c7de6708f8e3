using System.Diagnostics;
using Npgsql;
using NpgsqlTypes;

namespace RideIngest.Benchmarks.Bookings.Peers;

/// <summary>Binary COPY of 1,000 rows a commit into the same table, from memory: no HTTP, no parsing, no digest, no stream.</summary>
internal sealed class RawCopy(NpgsqlDataSource database)
{
    private const string Copy = """
        copy rides.bookings (id, user_id, vehicle_model_id, package_id, travel_type_id, from_area_id, to_area_id, from_city_id,
        to_city_id, from_date, to_date,
          online_booking, mobile_site_booking, booking_created, from_lat, from_long, to_lat, to_long, car_cancellation,
          digest) from stdin (format binary)
        """;

    private static readonly DateTime From = new(2013, 1, 1, 2, 0, 0, DateTimeKind.Utc);
    private static readonly Guid Digest = new("0f0e0d0c-0b0a-0908-0706-050403020100");

    public async Task<Measured> RunAsync(int connections, double seconds, Ids ids)
    {
        var clock = Stopwatch.StartNew();
        var batches = await Task.WhenAll(Enumerable.Range(0, connections).Select(async _ =>
        {
            await Task.Yield();
            var batches = 0;
            for (; clock.Elapsed.TotalSeconds < seconds; batches++)
                await BatchAsync(ids.Take(BatchClient.Records), BatchClient.Records);
            return batches;
        }));
        var records = (long)batches.Sum() * BatchClient.Records;
        return new Measured(records / clock.Elapsed.TotalSeconds, default, records);
    }

    public async Task BatchAsync(long first, int count)
    {
        await using var connection = await database.OpenConnectionAsync();
        await using var copy = await connection.BeginBinaryImportAsync(Copy);
        for (var id = first; id < first + count; id++)
        {
            await copy.StartRowAsync();
            await copy.WriteAsync(id, NpgsqlDbType.Bigint);
            await copy.WriteAsync(22177L, NpgsqlDbType.Bigint);
            await copy.WriteAsync(28, NpgsqlDbType.Integer);
            await copy.WriteNullAsync();
            await copy.WriteAsync(2, NpgsqlDbType.Integer);
            await copy.WriteAsync(83, NpgsqlDbType.Integer);
            await copy.WriteAsync(448, NpgsqlDbType.Integer);
            await copy.WriteNullAsync();
            await copy.WriteNullAsync();
            await copy.WriteAsync(From, NpgsqlDbType.TimestampTz);
            await copy.WriteNullAsync();
            await copy.WriteAsync(true, NpgsqlDbType.Boolean);
            await copy.WriteAsync(false, NpgsqlDbType.Boolean);
            await copy.WriteAsync(From, NpgsqlDbType.TimestampTz);
            await copy.WriteAsync(12.92415, NpgsqlDbType.Double);
            await copy.WriteAsync(77.67229, NpgsqlDbType.Double);
            await copy.WriteAsync(12.92732, NpgsqlDbType.Double);
            await copy.WriteAsync(77.63575, NpgsqlDbType.Double);
            await copy.WriteAsync(false, NpgsqlDbType.Boolean);
            await copy.WriteAsync(Digest, NpgsqlDbType.Uuid);
        }
        await copy.CompleteAsync();
    }
}
