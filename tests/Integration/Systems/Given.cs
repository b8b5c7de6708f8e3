using System.Globalization;
using System.Text;
using RideIngest.Records.Kinds;
using RideIngest.Records.Rides;

namespace RideIngest.Integration.Systems;

/// <summary>Records to send.</summary>
internal static class Given
{
    private static readonly Catalog Catalog = new();
    private static long _last = 1_000_000;

    public static long NewId() => Interlocked.Increment(ref _last);

    /// <summary>Ids that follow one another.</summary>
    public static long[] NewIds(int count)
    {
        var last = Interlocked.Add(ref _last, count);
        return [.. Enumerable.Range(1, count).Select(i => last - count + i)];
    }

    public static string Booking(long id, long user = 22177) => string.Create(CultureInfo.InvariantCulture, $$"""
        {"id":{{id}},"user_id":{{user}},"vehicle_model_id":28,"travel_type_id":2,"from_date":"2013-01-01T02:00:00Z","online_booking":true,"mobile_site_booking":false,"booking_created":"2013-01-01T01:39:00Z","car_cancellation":false}
        """);

    public static string Ride(long id)
    {
        var json = new System.Buffers.ArrayBufferWriter<byte>();
        Catalog["rides"].WriteJson((Ride)Catalog["rides"].Sample with { Id = id }, json);
        return Encoding.UTF8.GetString(json.WrittenSpan);
    }

    public static string BookingCsv(IEnumerable<long> ids)
    {
        var csv = new StringBuilder(
            "id,user_id,vehicle_model_id,package_id,travel_type_id,from_area_id,to_area_id,from_city_id,to_city_id,from_date,to_date,online_booking,mobile_site_booking,booking_created,from_lat,from_long,to_lat,to_long,Car_Cancellation\n");
        foreach (var id in ids)
            csv.Append(
                CultureInfo.InvariantCulture,
                $"{id},22177,28,NULL,2,83,448,NULL,NULL,1/1/2013 2:00,NULL,0,0,1/1/2013 1:39,12.92415,77.67229,12.92732,77.63575,0\n");
        return csv.ToString();
    }
}
