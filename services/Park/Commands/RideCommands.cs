using RideIngest.Park.Commits;
using RideIngest.Park.Folds;

namespace RideIngest.Park.Commands;

internal sealed record AddRide(string Title, string Description, int Capacity, TimeSpan RideTime, BoardingMode Boarding) : ParkCommand
{
    public override string Name => "add_ride";

    public override Concerned Concerns(ParkMemory memory, DateTimeOffset now) => new([], [], NewIds: 1);

    public override CommandAnswer Decide(CommandWorld world)
    {
        var id = world.NewId();
        world.Append(id, world.Now, new RideAdded(Title, Description, Capacity, RideTime, Boarding));
        return new(StatusCodes.Status201Created, RideFigures.Of(id, world.Ride(id), world.Now, null));
    }
}

/// <summary>A command of a ride. If the ride was due to leave before, it leaves first.</summary>
internal abstract record RideCommand(long Ride) : ParkCommand
{
    public override Concerned Concerns(ParkMemory memory, DateTimeOffset now) => new([Ride], memory.WhoBoards(Ride, now));

    public sealed override CommandAnswer? Decide(CommandWorld world)
    {
        if (!world.LetLeave(Ride))
            return null;
        var ride = world.Ride(Ride);
        if (!ride.Exists)
            return CommandAnswer.NotFound($"ride {Ride}");
        var (happened, refused) = Decide(ride, world.Now);
        if (refused is not null)
            return CommandAnswer.Refuse(refused);
        if (happened is not null)
            world.Append(Ride, world.TimeAfter(ride.At), happened);
        return new(StatusCodes.Status200OK, RideFigures.Of(Ride, world.Ride(Ride), world.Now, null));
    }

    /// <returns>The event, or why there is none; both are null if nothing changes.</returns>
    protected abstract (RideEvent? Event, RefusedCommand? Refused) Decide(RideState ride, DateTimeOffset now);
}

/// <summary>Changes what is not null.</summary>
internal sealed record ChangeRide(long Ride, string? Title, string? Description, int? Capacity, TimeSpan? RideTime) : RideCommand(Ride)
{
    public override string Name => "change_ride";

    protected override (RideEvent? Event, RefusedCommand? Refused) Decide(RideState ride, DateTimeOffset now)
    {
        var was = new RideChanged(ride.Title, ride.Description, ride.Capacity, ride.RideTime);
        var changed = new RideChanged(
            Title ?? was.Title, Description ?? was.Description, Capacity ?? was.Capacity, RideTime ?? was.RideTime);
        return (changed == was ? null : changed, null);
    }
}

internal sealed record SetStatus(long Ride, OperatingStatus Status, string? Reason) : RideCommand(Ride)
{
    public override string Name => "set_status";

    protected override (RideEvent? Event, RefusedCommand? Refused) Decide(RideState ride, DateTimeOffset now) =>
        (ride.Status == Status && ride.Reason == Reason ? null : new RideStatusChanged(Status, Reason), null);
}

/// <summary>Marks a ride as broken if it should have left several times.</summary>
/// <param name="HeardSince">Since when its controller's reports can have arrived.</param>
internal sealed record SuspectRide(long Ride, DateTimeOffset HeardSince) : RideCommand(Ride)
{
    public override string Name => "suspect";

    protected override (RideEvent? Event, RefusedCommand? Refused) Decide(RideState ride, DateTimeOffset now) => (
        ride.SuspectedAt(HeardSince) <= now
            ? new RideStatusChanged(
                OperatingStatus.Suspected, $"No departure since {ride.Last?.At ?? ride.RunsSince:u}, although people wait")
            : null,
        null);
}
