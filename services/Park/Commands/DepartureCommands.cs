using System.ComponentModel;
using RideIngest.Park.Commits;
using RideIngest.Park.Folds;

namespace RideIngest.Park.Commands;

/// <summary>Lets a ride leave by the clock, at the time at which it was due; several times if it was due several times.</summary>
internal sealed record Depart(long Ride) : ParkCommand
{
    public override string Name => "depart";

    public override Concerned Concerns(ParkMemory memory, DateTimeOffset now) => new([Ride], memory.WhoBoards(Ride, now));

    public override CommandAnswer? Decide(CommandWorld world)
    {
        var before = world.Appended.Count;
        return world.LetLeave(Ride) || world.Appended.Count > before
            ? new(StatusCodes.Status200OK)
            : null;
    }
}

/// <summary>A departure that a ride's controller reports.</summary>
internal sealed record ReportDeparture(long Ride, int Boarded, DateTimeOffset At) : ParkCommand
{
    public override string Name => "report_departure";

    public override Concerned Concerns(ParkMemory memory, DateTimeOffset now) =>
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
    private const int MostAtOnce = 500;

    /// <summary>Those who board if the ride is due to leave, several times maybe.</summary>
    public static IReadOnlyList<long> WhoBoards(this ParkMemory memory, long ride, DateTimeOffset now) =>
        memory.Ride(ride) is { Boarding: BoardingMode.Clock } waits && waits.CanLeaveAt <= now
            ? waits.Line.FirstBefore(now, Math.Max(waits.Capacity, MostAtOnce))
            : [];

    /// <summary>Lets a ride leave at each time at which it was due.</summary>
    /// <returns>False if others board than are locked.</returns>
    public static bool LetLeave(this CommandWorld world, long ride)
    {
        while (world.Ride(ride).DueDeparture(world.Now) is var (at, departed))
        {
            if (!departed.Boarded.All(world.HasCustomer))
                return false;
            world.Board(ride, at, departed);
        }
        return true;
    }

    /// <summary>Appends a departure to the ride, and to each customer who is on it.</summary>
    public static void Board(this CommandWorld world, long ride, DateTimeOffset at, RideDeparted departed)
    {
        world.Append(ride, at, departed);
        foreach (var customer in departed.Boarded)
            world.Append(customer, at, new CustomerBoarded(ride));
    }
}
