using System.ComponentModel;
using RideIngest.Park.Commits;
using RideIngest.Park.Folds;

namespace RideIngest.Park.Commands;

/// <summary>Lets a ride leave by the clock, at the time at which it was due; several times if it was due several times.</summary>
internal sealed record Depart(long Ride) : ParkCommand
{
    private const int MostAtOnce = 500;

    public override string Name => "depart";

    public override Concerned Concerns(ParkMemory memory) => new([Ride], memory.Ride(Ride) is { } ride
        ? ride.Line.FirstBefore(DateTimeOffset.MaxValue, Math.Max(ride.Capacity, MostAtOnce))
        : []);

    public override CommandAnswer? Decide(CommandWorld world)
    {
        var departures = 0;
        while (world.Ride(Ride).DueDeparture(world.Now) is var (at, departed))
        {
            if (!departed.Boarded.All(world.HasCustomer))
                return departures > 0 ? new(StatusCodes.Status200OK, departures) : null;
            world.Board(Ride, at, departed);
            departures++;
        }
        return new(StatusCodes.Status200OK, departures);
    }
}

/// <summary>A departure that a ride's controller reports.</summary>
internal sealed record ReportDeparture(long Ride, int Boarded, DateTimeOffset At) : ParkCommand
{
    public override string Name => "report_departure";

    public override Concerned Concerns(ParkMemory memory) =>
        new([Ride], memory.Ride(Ride)?.Line.FirstBefore(At, Boarded) ?? []);

    public override CommandAnswer? Decide(CommandWorld world)
    {
        var ride = world.Ride(Ride);
        if (!ride.Exists)
            return CommandAnswer.NotFound($"ride {Ride}");
        var (departed, refused) = ride.Report(Boarded, At);
        if (refused is not null)
            return CommandAnswer.Refuse(refused);
        if (departed?.Boarded.All(world.HasCustomer) == false)
            return null;
        if (departed is not null)
            world.Board(Ride, At, departed);
        var departure = world.Ride(Ride).Departures.First(one => one.At == At);
        return new(StatusCodes.Status200OK, new ReportedDeparture(Ride, At, departure.Boarded, departure.WalkIns));
    }
}

[Description("A departure, as it is recorded")]
internal sealed record ReportedDeparture(
    [property: Description("The ride")] long RideId,
    [property: Description("When it left")] DateTimeOffset At,
    [property: Description("How many of those who queued are on it")] int Boarded,
    [property: Description("How many others are")] int WalkIns);

internal static class Boardings
{
    /// <summary>Appends a departure to the ride, and to each customer who is on it.</summary>
    public static void Board(this CommandWorld world, long ride, DateTimeOffset at, RideDeparted departed)
    {
        world.Append(ride, at, departed);
        foreach (var customer in departed.Boarded)
            world.Append(customer, at, new CustomerBoarded(ride));
    }
}
