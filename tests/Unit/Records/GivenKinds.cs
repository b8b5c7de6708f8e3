using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using RideIngest.Records.Kinds;
using RideIngest.Records.Uploads;
using Record = RideIngest.Records.Kinds.Record;

namespace RideIngest.Unit.Records;

internal static class GivenKinds
{
    internal static readonly Catalog Catalog = new(new NoteTable());

    internal static readonly Kind Bookings = Catalog["bookings"];

    internal static readonly Kind Rides = Catalog["rides"];

    internal static readonly Kind Notes = Catalog["notes"];

    /// <summary>A row as the XRides export has it, and its header.</summary>
    internal const string ExportHeader =
        "id,user_id,vehicle_model_id,package_id,travel_type_id,from_area_id,to_area_id,from_city_id,to_city_id,from_date,to_date," +
        "online_booking,mobile_site_booking,booking_created,from_lat,from_long,to_lat,to_long,Car_Cancellation";

    internal const string ExportRow =
        "132512,22177,28,NULL,2,83,448,NULL,NULL,1/1/2013 2:00,NULL,1,0,1/1/2013 1:39,12.92415,77.67229,12.92732,77.63575,0";

    internal const string ExportJson =
        """
        {"Id":"132512","user_id":22177,"VEHICLE_MODEL_ID":28.0,"package_id":"NULL","travel_type_id":"2","from_area_id":83,"to_area_id":448,
        "from_city_id":null,"to_city_id":"","from_date":"1/1/2013 2:00","to_date":null,"online_booking":1,"mobile_site_booking":"0",
        "booking_created":"01/01/2013 1:39:00","from_lat":"12.92415","from_long":77.67229,"to_lat":12.92732,"to_long":7.763575E1,"Car_Cancellation":0}
        """;

    internal static Reading Read(this Kind kind, string json) => kind.Read(Encoding.UTF8.GetBytes(json));

    /// <summary>A valid booking, with one property replaced by this JSON, or added.</summary>
    internal static string BookingWith(string name, string json)
    {
        var booking = Bookings.Json(Bookings.Sample);
        var start = booking.IndexOf($"\"{name}\":", StringComparison.Ordinal);
        if (start < 0)
            return $"{booking[..^1]},\"{name}\":{json}}}";
        var end = booking.IndexOfAny([',', '}'], start);
        return $"{booking[..start]}\"{name}\":{json}{booking[end..]}";
    }

    internal static async Task<List<Uploaded>> Upload(Kind kind, UploadFormat format, byte[] body, int chunk = 4096, int longest = 4096)
    {
        var items = new List<Uploaded>();
        var reader = PipeReader.Create(new Parts(body, chunk), new StreamPipeReaderOptions(bufferSize: 64, minimumReadSize: 1));
        await foreach (var item in new UploadReader(kind, format, longest).ReadAsync(reader))
            items.Add(item);
        return items;
    }

    internal static Task<List<Uploaded>> Upload(Kind kind, UploadFormat format, string body) =>
        Upload(kind, format, Encoding.UTF8.GetBytes(body));

    /// <summary>Bytes as a network might bring them: so many at a time.</summary>
    private sealed class Parts(byte[] bytes, int most) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(buffer.Length, most)], cancellationToken);
    }
}
