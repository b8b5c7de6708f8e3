using RideIngest.Records.Fields;

namespace RideIngest.Records.Rides;

/// <summary>The rules of a ride that concern more than one field.</summary>
internal static class RideRules
{
    internal static void Check(Ride ride, ref FieldProblems problems)
    {
        if (ride.PickedUpAt < ride.RequestedAt)
            problems.Add("picked_up_at", "must not be before requested_at");
        if (ride.DroppedOffAt < (ride.PickedUpAt ?? ride.RequestedAt))
            problems.Add("dropped_off_at", ride.PickedUpAt is null ? "must not be before requested_at" : "must not be before picked_up_at");
        var completed = ride.Status == RideStatus.Completed && !problems.Has("status");
        if (completed && ride.PickedUpAt is null)
            problems.Add("picked_up_at", "is required when the ride is completed");
        if (completed && ride.DroppedOffAt is null)
            problems.Add("dropped_off_at", "is required when the ride is completed");
        if (ride.FareAmount is not null && ride.Currency is null)
            problems.Add("currency", "is required with fare_amount");
    }
}
