using System.ComponentModel;
using RideIngest.Park.Commits;
using RideIngest.Park.Folds;

namespace RideIngest.Park.Commands;

internal sealed record EnterPark : ParkCommand
{
    public override string Name => "enter";

    public override Concerned Concerns(ParkMemory memory, DateTimeOffset now) => new([], [], NewIds: 1);

    public override CommandAnswer Decide(CommandWorld world)
    {
        var id = world.NewId();
        world.Append(id, world.Now, new CustomerEntered());
        return new(StatusCodes.Status201Created, new Entered(id, world.Now));
    }
}

[Description("A customer who entered the park")]
internal sealed record Entered(
    [property: Description("The customer's id")] long Id, [property: Description("When the customer entered")] DateTimeOffset EnteredAt);

/// <summary>A command of a customer. If a ride that it concerns was due to leave before, it leaves first.</summary>
internal abstract record CustomerCommand(long Customer) : ParkCommand
{
    /// <summary>Rides that it concerns, too.</summary>
    protected virtual IEnumerable<long> RidesOf(CustomerState customer) => [];

    public sealed override Concerned Concerns(ParkMemory memory, DateTimeOffset now)
    {
        long[] rides = [.. RidesOf(memory.Customer(Customer) ?? CustomerState.None)];
        return new(rides, [Customer, .. rides.SelectMany(ride => memory.WhoBoards(ride, now))]);
    }

    public sealed override CommandAnswer? Decide(CommandWorld world)
    {
        if (world.Customer(Customer).Version == 0)
            return CommandAnswer.NotFound($"customer {Customer}");
        return RidesOf(world.Customer(Customer)).All(ride => world.HasRide(ride) && world.LetLeave(ride))
            ? Decide(world, world.Customer(Customer))
            : null;
    }

    protected abstract CommandAnswer Decide(CommandWorld world, CustomerState customer);

    /// <summary>Appends that the customer leaves a queue, to both.</summary>
    protected void LeaveQueue(CommandWorld world, CustomerState customer, long ride)
    {
        var at = world.TimeAfter(customer.At, world.Ride(ride).At);
        world.Append(ride, at, new RideCustomerUnQueued(Customer));
        world.Append(Customer, at, new CustomerUnQueued(ride));
    }
}

internal sealed record JoinQueue(long Customer, long Ride) : CustomerCommand(Customer)
{
    public override string Name => "join";

    // Whether the customer is still on the ride that was boarded last depends on that ride.
    protected override IEnumerable<long> RidesOf(CustomerState customer) =>
        customer.Boarded is { } boarded ? [Ride, boarded.Ride] : [Ride];

    protected override CommandAnswer Decide(CommandWorld world, CustomerState customer)
    {
        var ride = world.Ride(Ride);
        if (!ride.Exists)
            return CommandAnswer.NotFound($"ride {Ride}");
        if (customer.Queued?.Ride == Ride)
            return new(StatusCodes.Status200OK, Place(customer)) { IsRepeated = true };
        var boarded = customer.Boarded is { } last ? world.Ride(last.Ride) : null;
        if ((customer.WhyNotJoin(boarded, world.Now) ?? ride.WhyNotJoin()) is { } refused)
            return CommandAnswer.Refuse(refused);
        var at = world.TimeAfter(customer.At, ride.At);
        var queued = new CustomerQueued(Ride, at, ride.BoardsAt(ride.Line.Count, at)!.Value);
        world.Append(Ride, at, new RideCustomerQueued(Customer));
        world.Append(Customer, at, queued);
        return new(StatusCodes.Status200OK, Place(world.Customer(Customer)));
    }

    private QueuePlace Place(CustomerState customer) => new(Ride, Customer, customer.Queued!.Start, customer.Queued.End);
}

[Description("A customer's place in a queue")]
internal sealed record QueuePlace(
    [property: Description("The ride")] long RideId,
    [property: Description("The customer")] long CustomerId,
    [property: Description("When the customer joined")] DateTimeOffset QueuedAt,
    [property: Description("When the customer boards, as estimated then")] DateTimeOffset EndsAt);

internal sealed record LeaveRideQueue(long Customer, long Ride) : CustomerCommand(Customer)
{
    public override string Name => "leave_queue";

    protected override IEnumerable<long> RidesOf(CustomerState customer) => [Ride];

    protected override CommandAnswer Decide(CommandWorld world, CustomerState customer)
    {
        if (!world.Ride(Ride).Exists)
            return CommandAnswer.NotFound($"ride {Ride}");
        if (customer.Queued?.Ride == Ride)
            LeaveQueue(world, customer, Ride);
        return new(StatusCodes.Status204NoContent);
    }
}

/// <summary>Leaves whatever queue the customer is in.</summary>
internal sealed record LeaveAnyQueue(long Customer) : CustomerCommand(Customer)
{
    public override string Name => "leave_queue";

    protected override IEnumerable<long> RidesOf(CustomerState customer) => customer.Queued is { } queued ? [queued.Ride] : [];

    protected override CommandAnswer Decide(CommandWorld world, CustomerState customer)
    {
        if (customer.Queued is not { } queued)
            return CommandAnswer.Refuse(new(409, "in-no-queue", "The customer is in no queue"));
        LeaveQueue(world, customer, queued.Ride);
        return new(StatusCodes.Status204NoContent);
    }
}

/// <summary>Leaves the park, and whatever queue the customer is in.</summary>
internal sealed record LeavePark(long Customer) : CustomerCommand(Customer)
{
    public override string Name => "leave";

    protected override IEnumerable<long> RidesOf(CustomerState customer) => customer.Queued is { } queued ? [queued.Ride] : [];

    protected override CommandAnswer Decide(CommandWorld world, CustomerState customer)
    {
        if (customer.Queued is { } queued)
            LeaveQueue(world, customer, queued.Ride);
        if (customer.IsInside)
            world.Append(Customer, world.TimeAfter(world.Customer(Customer).At), new CustomerLeft());
        return new(StatusCodes.Status204NoContent) { IsRepeated = !customer.IsInside };
    }
}
