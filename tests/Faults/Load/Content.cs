using System.Buffers;
using System.Text;
using RideIngest.Records.Bookings;
using RideIngest.Records.Kinds;
using RideIngest.Records.Rides;
using Record = RideIngest.Records.Kinds.Record;

namespace RideIngest.Faults.Load;

/// <summary>
/// Records made of an id and a version: the same two always make the same record, and another version makes another one. The id says as
/// well of which kind it is. So the ledger need not keep what was sent to know it.
/// </summary>
internal static class Content
{
    /// <summary>Rides have ids from here on, bookings those below.</summary>
    public const long FirstRide = 1_000_000_000_000_000;

    /// <summary>The times of records are counted from here.</summary>
    public static readonly DateTimeOffset Epoch = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly Catalog Kinds = new();

    public static string KindOf(long id) => id < FirstRide ? "bookings" : "rides";

    public static Record Of(long id, int version)
    {
        var random = new Random(unchecked((int)((id * 7919) + (version * 104_729))));
        return id < FirstRide ? BookingContent.Of(id, version, random) : RideContent.Of(id, version, random);
    }

    public static string Json(long id, int version)
    {
        var bytes = new ArrayBufferWriter<byte>(512);
        Kinds[KindOf(id)].WriteJson(Of(id, version), bytes);
        return Encoding.UTF8.GetString(bytes.WrittenSpan);
    }

    /// <summary>The version that a record claims to be.</summary>
    public static int VersionOf(Record record) => record switch
    {
        Booking booking => booking.VehicleModelId,
        Ride ride => (int)ride.DriverId,
        _ => throw new ArgumentException($"A {record.GetType().Name} is none of ours."),
    };

    /// <summary>What the bytes of a dead letter were, if they are a record of ours.</summary>
    public static Record<long>? Read(ReadOnlySpan<byte> json) =>
        (Record<long>?)(Kinds["bookings"].Read(json).Record ?? Kinds["rides"].Read(json).Record);
}
