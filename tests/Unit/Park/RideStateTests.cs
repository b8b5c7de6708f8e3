using System.Globalization;
using RideIngest.Park.Folds;

namespace RideIngest.Unit.Park;

/// <summary>A ride's waiting times, its clock, and what ends when it stands still.</summary>
public sealed class RideStateTests
{
    private static readonly DateTimeOffset Noon = new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Fact]
    public void Ten_people_ahead_at_two_per_minute_wait_five_minutes_whether_they_wait_or_ride()
    {
        var ride = Queue(Added(capacity: 2), 1, 10);
        Assert.Equal((5 * Minute, Noon + 5 * Minute), (ride.WaitingTime(Noon), ride.BoardsAt(10, Noon)));

        var left = Leave(ride, Noon);

        Assert.Equal((8, 2), (left.Line.Count, left.Aboard(Noon)));
        Assert.Equal(5 * Minute, left.WaitingTime(Noon));
        Assert.Equal(Noon + 5 * Minute, left.BoardsAt(8, Noon));
        Assert.Equal((4 * Minute, 0), (left.WaitingTime(Noon + Minute), left.Aboard(Noon + Minute)));
    }

    [Fact]
    public void A_ride_leaves_when_it_is_free_with_those_who_waited_then()
    {
        var ride = Queue(Added(capacity: 2), 1, 1);
        Assert.Equal("12:00:00 1", Due(ride, Noon));
        var left = Queue(Leave(ride, Noon), 2, 3, Noon + 0.5 * Minute);

        Assert.Null(left.DueDeparture(Noon + 0.9 * Minute));
        Assert.Equal("12:01:00 2,3", Due(left, Noon + Minute));
        Assert.Equal("12:01:00 2,3", Due(left, Noon + 10 * Minute));
    }

    [Fact]
    public void A_departure_that_was_due_takes_nobody_who_came_later()
    {
        var ride = Queue(Queue(Added(capacity: 5), 1, 1), 2, 2, Noon + 3 * Minute);

        Assert.Equal("12:00:00 1", Due(ride, Noon + 4 * Minute));
    }

    [Fact]
    public void What_was_to_end_ends_later_by_the_time_that_the_ride_was_down()
    {
        var left = Queue(Leave(Queue(Added(capacity: 1), 1, 1), Noon), 2, 3, Noon);
        var down = left.Apply(Noon + 0.25 * Minute, new RideStatusChanged(OperatingStatus.Down, "A sensor failed"));
        var again = down.Apply(Noon + 10.25 * Minute, new RideStatusChanged(OperatingStatus.Operating, null));

        Assert.Equal((null, null, null), (down.WaitingTime(Noon), down.BoardsAt(0, Noon), down.CanLeaveAt));
        Assert.Equal("ride-stopped", down.WhyNotJoin()!.Type);
        Assert.NotNull(down.BackAt(Noon, Noon + 9 * Minute));
        Assert.Equal(left.BoardsAt(1, Noon) + 10 * Minute, again.BoardsAt(1, Noon + 10.25 * Minute));
        Assert.Equal(Noon + 11 * Minute, again.BackAt(Noon, Noon + 10.9 * Minute));
        Assert.Equal("12:11:00 2", Due(again, Noon + 11 * Minute));
    }

    [Fact]
    public void Who_is_on_a_ride_that_closes_comes_back_and_who_waits_keeps_the_place()
    {
        var left = Queue(Leave(Queue(Added(capacity: 1), 1, 1), Noon), 2, 3, Noon);
        var closed = left.Apply(Noon + 0.25 * Minute, new RideStatusChanged(OperatingStatus.Closed, null));
        var again = closed.Apply(Noon + 60 * Minute, new RideStatusChanged(OperatingStatus.Operating, null));

        Assert.Null(closed.WaitingTime(Noon + 0.5 * Minute));
        Assert.Equal((1, 0), (closed.Aboard(Noon + 0.5 * Minute), closed.Aboard(Noon + Minute)));
        Assert.Null(again.BackAt(Noon, Noon + 60 * Minute));
        Assert.Equal("13:00:00 2", Due(again, Noon + 60 * Minute));
    }

    [Fact]
    public void Who_is_back_from_a_ride_that_closed_is_not_on_it_again_when_it_is_down()
    {
        var closed = Queue(Leave(Queue(Added(capacity: 1), 1, 1), Noon), 2, 3, Noon)
            .Apply(Noon + 0.25 * Minute, new RideStatusChanged(OperatingStatus.Closed, null));
        var down = closed.Apply(Noon + 10 * Minute, new RideStatusChanged(OperatingStatus.Down, null));
        var again = down.Apply(Noon + 70 * Minute, new RideStatusChanged(OperatingStatus.Operating, null));

        Assert.Equal(0, down.Aboard(Noon + 10 * Minute));
        Assert.Equal("13:10:00 2", Due(again, Noon + 70 * Minute));
    }

    [Fact]
    public void Who_is_on_a_ride_that_is_down_comes_back_later_when_it_closes()
    {
        var closed = Leave(Queue(Added(capacity: 1), 1, 1), Noon)
            .Apply(Noon + 0.25 * Minute, new RideStatusChanged(OperatingStatus.Down, null))
            .Apply(Noon + 10.25 * Minute, new RideStatusChanged(OperatingStatus.Closed, null));

        Assert.Equal((1, 0), (closed.Aboard(Noon + 10.9 * Minute), closed.Aboard(Noon + 11 * Minute)));
    }

    [Fact]
    public void A_departure_that_is_reported_after_the_ride_was_down_on_its_way_comes_back_later()
    {
        var ride = Added(capacity: 2, BoardingMode.Reported)
            .Apply(Noon + 0.5 * Minute, new RideStatusChanged(OperatingStatus.Down, null))
            .Apply(Noon + 10.5 * Minute, new RideStatusChanged(OperatingStatus.Operating, null));

        Assert.Equal(Noon + 11 * Minute, ride.Apply(Noon, ride.Report(2, Noon).Event!).ReturnsAt);
    }

    [Fact]
    public void Two_trains_of_a_ride_are_on_their_way_at_once()
    {
        var ride = Queue(Added(capacity: 2, BoardingMode.Reported), 1, 4);
        var first = ride.Apply(Noon, ride.Report(2, Noon).Event!);
        var second = first.Apply(Noon + 0.5 * Minute, first.Report(2, Noon + 0.5 * Minute).Event!);

        Assert.Equal((4, 2), (second.Aboard(Noon + 0.9 * Minute), second.Aboard(Noon + Minute)));
        Assert.Equal(Noon + Minute, second.BackAt(Noon, Noon + 0.9 * Minute));
    }

    [Fact]
    public void A_ride_that_is_free_and_stops_leaves_when_it_operates_again()
    {
        var ride = Queue(Added(capacity: 1), 1, 1)
            .Apply(Noon + Minute, new RideStatusChanged(OperatingStatus.Down, null))
            .Apply(Noon + 3 * Minute, new RideStatusChanged(OperatingStatus.Operating, null));

        Assert.Equal("12:03:00 1", Due(ride, Noon + 3 * Minute));
    }

    [Fact]
    public void A_reported_departure_takes_the_first_in_line_and_counts_the_rest_as_walk_ins()
    {
        var ride = Queue(Added(capacity: 2, BoardingMode.Reported), 1, 3);
        Assert.Null(ride.DueDeparture(Noon + 60 * Minute));

        var (departed, refused) = ride.Report(5, Noon + Minute);
        var left = ride.Apply(Noon + Minute, departed!);

        Assert.Null(refused);
        Assert.Equal([1, 2, 3], departed!.Boarded);
        Assert.Equal(2, departed.WalkIns);
        Assert.Equal((0, 5), (left.Line.Count, left.Aboard(Noon + Minute)));
        Assert.Equal((null, null), left.Report(5, Noon + Minute));
        Assert.Equal("boards-by-clock", Added(capacity: 2).Report(1, Noon).Refused!.Type);
    }

    [Fact]
    public void Departures_are_reported_in_any_order()
    {
        var ride = Queue(Queue(Added(capacity: 2, BoardingMode.Reported), 1, 2), 3, 4, Noon + Minute);
        var later = ride.Apply(Noon + 2 * Minute, ride.Report(2, Noon + 2 * Minute).Event!);

        var (departed, refused) = later.Report(2, Noon + Minute);
        var both = later.Apply(Noon + Minute, departed!);

        Assert.Null(refused);
        Assert.Equal([3, 4], departed!.Boarded);
        Assert.Equal([Noon + Minute, Noon + 2 * Minute], both.Departures.Select(departure => departure.At));
        Assert.Equal((Noon + 3 * Minute, Noon + 2 * Minute), (both.ReturnsAt, both.At));
        Assert.Equal((null, null), both.Report(2, Noon + Minute));
    }

    [Fact]
    public void A_departure_that_is_forgotten_is_not_recorded_again()
    {
        var ride = Added(capacity: 2, BoardingMode.Reported);
        for (var number = 0; number < 200; number++)
            ride = ride.Apply(Noon + number * Minute, ride.Report(1, Noon + number * Minute).Event!);

        Assert.Equal(100, ride.Departures.Count);
        Assert.Equal("departure-order", ride.Report(1, Noon).Refused!.Type);
        Assert.Equal((null, null), ride.Report(1, Noon + 100 * Minute));
    }

    [Fact]
    public void All_who_are_on_their_way_count_however_many_trains_that_are()
    {
        var ride = Added(capacity: 2, BoardingMode.Reported).Apply(Noon, new RideChanged("Comet", "", 2, 300 * Minute));
        for (var number = 0; number < 200; number++)
            ride = ride.Apply(Noon + number * Minute, ride.Report(1, Noon + number * Minute).Event!);

        Assert.Equal(200, ride.Aboard(Noon + 200 * Minute));
    }

    [Fact]
    public void A_reported_ride_is_suspected_when_it_should_have_left_three_times_until_it_leaves_or_an_operator_says_so()
    {
        var empty = Added(capacity: 2, BoardingMode.Reported);
        Assert.Null(empty.SuspectedAt(Noon));

        var waiting = Queue(empty, 1, 3, Noon + Minute);
        Assert.Equal(Noon + 4 * Minute, waiting.SuspectedAt(Noon));
        Assert.Equal(Noon + 11 * Minute, waiting.SuspectedAt(heardSince: Noon + 10 * Minute));
        var suspected = waiting.Apply(Noon + 4 * Minute, new RideStatusChanged(OperatingStatus.Suspected, "No departure"));

        Assert.Null(suspected.SuspectedAt(Noon));
        Assert.Equal((Minute, null), (suspected.WaitingTime(Noon + 4 * Minute), suspected.WhyNotJoin()));
        var left = suspected.Apply(Noon + 5 * Minute, suspected.Report(2, Noon + 5 * Minute).Event!);
        Assert.Equal((OperatingStatus.Operating, null), (left.Status, left.Reason));
        var confirmed = suspected.Apply(Noon + 5 * Minute, new RideStatusChanged(OperatingStatus.Operating, null));
        Assert.Equal(Noon + 8 * Minute, confirmed.SuspectedAt(Noon));
    }

    private static RideState Added(int capacity, BoardingMode boarding = BoardingMode.Clock) =>
        RideState.None.Apply(Noon, new RideAdded("Comet", "", capacity, Minute, boarding));

    private static RideState Queue(RideState ride, int first, int last, DateTimeOffset? at = null) => Enumerable
        .Range(first, last - first + 1)
        .Aggregate(ride, (before, customer) => before.Apply(at ?? Noon, new RideCustomerQueued(customer)));

    private static RideState Leave(RideState ride, DateTimeOffset at) => ride.Apply(at, ride.DueDeparture(at)!.Value.Event);

    /// <summary>When the ride leaves, and with whom.</summary>
    private static string? Due(RideState ride, DateTimeOffset now) => ride.DueDeparture(now) is var (at, departed)
        ? string.Create(CultureInfo.InvariantCulture, $"{at:HH:mm:ss} {string.Join(',', departed.Boarded)}")
        : null;
}
