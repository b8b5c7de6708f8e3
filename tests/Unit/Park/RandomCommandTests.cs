using RideIngest.Park.Commands;
using RideIngest.Park.Commits;
using RideIngest.Park.Folds;

namespace RideIngest.Unit.Park;

/// <summary>Whatever is commanded, in whatever order.</summary>
public sealed class RandomCommandTests
{
    private const int Commands = 2000;

    private static readonly long[] Rides = [1, 2, 3, 4];
    private static readonly long[] Customers = [.. Enumerable.Range(5, 40)];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Each_customer_is_in_one_place_and_a_rebuild_gives_the_same(int seed)
    {
        var random = new Random(seed);
        var run = new Run();
        foreach (var ride in Rides)
            run.Execute(new AddRide($"Ride {ride}", "", (int)ride * 2, TimeSpan.FromSeconds(30 * ride), (BoardingMode)(ride % 2)));
        foreach (var _ in Customers)
            run.Execute(new EnterPark());

        for (var i = 0; i < Commands; i++)
        {
            run.Pass(TimeSpan.FromSeconds(random.Next(20)));
            run.Execute(Any(random, run.World.Now));
            foreach (var ride in Rides.Where(_ => random.Next(2) == 0))
                run.Execute(new Depart(ride));
            AssertOnePlace(run.World);
        }

        AssertRebuilt(run);
    }

    private static ParkCommand Any(Random random, DateTimeOffset now)
    {
        var (ride, customer) = (Rides[random.Next(Rides.Length)], Customers[random.Next(Customers.Length)]);
        return random.Next(40) switch
        {
            0 => new SetStatus(ride, (OperatingStatus)random.Next(3), null),
            1 => new ChangeRide(ride, null, null, random.Next(1, 9), null),
            2 => new SuspectRide(ride, default),
            3 when random.Next(20) == 0 => new LeavePark(customer),
            < 8 => new ReportDeparture(ride, random.Next(6), now - TimeSpan.FromSeconds(random.Next(5))),
            < 14 => new LeaveRideQueue(customer, ride),
            < 16 => new LeaveAnyQueue(customer),
            _ => new JoinQueue(customer, ride),
        };
    }

    private static void AssertOnePlace(CommandWorld world)
    {
        foreach (var id in Customers)
        {
            var customer = world.Customer(id);
            var queues = Rides.Where(ride => world.Ride(ride).Line.Ahead(id) is not null).ToList();
            Assert.Equal(customer.Queued is { } queued ? [queued.Ride] : [], queues);
            Assert.False(customer is { LeftAt: not null, Queued: not null });

            // Nobody joins while on a ride.
            if (customer is { Queued: { } waits, Boarded: { } boarded } && waits.Start == world.Now)
                Assert.Null(world.Ride(boarded.Ride).BackAt(boarded.At, world.Now));
        }
        foreach (var ride in Rides)
            Assert.Equal(world.Ride(ride).Line.Places.OrderBy(place => place.Since), world.Ride(ride).Line.Places);
    }

    private static void AssertRebuilt(Run run)
    {
        foreach (var stream in run.History.GroupBy(happened => (happened.Root, happened.SourceId)))
        {
            Assert.Equal(Enumerable.Range(1, stream.Count()), stream.Select(happened => happened.Version));
            var events = stream.Select(happened => (
                happened.At, Event: StoredEvents.Read(happened.Event.Name, StoredEvents.Write(happened.Event))));
            if (stream.Key.Root == Aggregate.Customer)
            {
                Assert.Equal(
                    run.World.Customer(stream.Key.SourceId),
                    events.Aggregate(CustomerState.None, (customer, one) => customer.Apply(one.At, (CustomerEvent)one.Event)));
                continue;
            }
            var rebuilt = RideSnapshot.Write(
                events.Aggregate(RideState.None, (ride, one) => ride.Apply(one.At, (RideEvent)one.Event)));
            Assert.Equal(RideSnapshot.Write(run.World.Ride(stream.Key.SourceId)), rebuilt);
            Assert.Equal(rebuilt, RideSnapshot.Write(RideSnapshot.Read(rebuilt)));
        }
    }

    /// <summary>A park without a database, in which everything is locked.</summary>
    private sealed class Run
    {
        public Run()
        {
            World = new(new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero), Rides.ToHashSet(), Customers.ToHashSet());
            World.Add(Rides.Concat(Customers));
        }

        public CommandWorld World { get; private set; }

        public List<AppendedEvent> History { get; } = [];

        public void Execute(ParkCommand command)
        {
            Assert.NotNull(command.Decide(World));
            History.AddRange(World.Appended);
            World.Appended.Clear();
        }

        public void Pass(TimeSpan time)
        {
            var before = World;
            World = new(before.Now + time, Rides.ToHashSet(), Customers.ToHashSet());
            foreach (var (id, ride) in before.Rides)
                World.Add(id, ride);
            foreach (var (id, customer) in before.Customers)
                World.Add(id, customer);
        }
    }
}
