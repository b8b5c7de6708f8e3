using RideIngest.Records.Kinds;

namespace RideIngest.Records.Rides;

/// <summary>A requested trip and its result.</summary>
public sealed record Ride : Record<long>
{
    public long? BookingId { get; init; }
    public long UserId { get; init; }
    public long DriverId { get; init; }
    public int? VehicleModelId { get; init; }
    public RideStatus Status { get; init; }
    public DateTimeOffset RequestedAt { get; init; }
    public DateTimeOffset? PickedUpAt { get; init; }
    public DateTimeOffset? DroppedOffAt { get; init; }
    public double FromLat { get; init; }
    public double FromLong { get; init; }
    public double? ToLat { get; init; }
    public double? ToLong { get; init; }
    public double? DistanceKm { get; init; }

    /// <summary>The amount in the smallest unit of the currency.</summary>
    public long? FareAmount { get; init; }

    public string? Currency { get; init; }
    public int? Rating { get; init; }
}
