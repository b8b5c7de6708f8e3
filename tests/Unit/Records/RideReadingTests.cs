using RideIngest.Records.Rides;

namespace RideIngest.Unit.Records;

public sealed class RideReadingTests
{
    private static readonly Ride Sample = (Ride)GivenKinds.Rides.Sample;

    public static TheoryData<Ride, string> Wrong => new()
    {
        { Sample with { PickedUpAt = Sample.RequestedAt.AddSeconds(-1) }, "picked_up_at must not be before requested_at" },
        { Sample with { DroppedOffAt = Sample.PickedUpAt!.Value.AddSeconds(-1) }, "dropped_off_at must not be before picked_up_at" },
        { Sample with { DroppedOffAt = null }, "dropped_off_at is required when the ride is completed" },
        { Sample with { PickedUpAt = null }, "picked_up_at is required when the ride is completed" },
        { Sample with { Currency = null }, "currency is required with fare_amount" },
        { Sample with { Currency = "EU" }, "currency must be three letters, such as EUR, not 'EU'" },
        { Sample with { FareAmount = -1 }, "fare_amount must be a whole number of at least 0 (64 bits), not '-1'" },
        { Sample with { DistanceKm = -0.1 }, "distance_km must be a number of at least 0, not '-0.1'" },
        { Sample with { Rating = 6 }, "rating must be a whole number from 1 to 5, not '6'" },
    };

    [Theory]
    [MemberData(nameof(Wrong), DisableDiscoveryEnumeration = true)]
    public void A_ride_that_breaks_a_rule_is_refused_with_the_reason(Ride ride, string problem) =>
        Assert.Equal(problem, Assert.Single(GivenKinds.Rides.Read(GivenKinds.Rides.Json(ride)).Problems).ToString());

    [Fact]
    public void A_ride_that_nobody_took_needs_neither_times_nor_fare()
    {
        var ride = new Ride
        {
            Id = 5,
            UserId = 1,
            DriverId = 2,
            Status = RideStatus.NoShow,
            RequestedAt = Sample.RequestedAt,
            FromLat = 1,
            FromLong = 2,
        };

        Assert.Equal(ride, GivenKinds.Rides.Read(GivenKinds.Rides.Json(ride)).Record);
    }

    [Fact]
    public void A_status_is_one_of_three_in_any_case()
    {
        var json = GivenKinds.Rides.Json(Sample);

        Assert.True(GivenKinds.Rides.Read(json.Replace("completed", "COMPLETED", StringComparison.Ordinal)).IsValid);
        Assert.Equal(
            "status must be one of completed, cancelled, no_show, not 'done'",
            Assert.Single(GivenKinds.Rides.Read(json.Replace("completed", "done", StringComparison.Ordinal)).Problems).ToString());
    }

    [Fact]
    public void A_field_that_is_unreadable_has_no_second_problem()
    {
        var json = GivenKinds.Rides.Json(Sample).Replace("2013-01-01T02:04:00Z", "soon", StringComparison.Ordinal);

        Assert.Equal("picked_up_at", Assert.Single(GivenKinds.Rides.Read(json).Problems).Field);
    }
}
