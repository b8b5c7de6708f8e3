using RideIngest.Simulators.Settings;

namespace RideIngest.Simulators.Park;

/// <summary>
/// Visitors of the park, and the controllers of rides that report their departures. Visitors come at a rate with peaks, choose a ride by
/// its wait, lose patience, and go home; controllers are late now and then, and break down.
/// </summary>
internal sealed class ParkVisitors(ParkApi park, SimulatedParkSettings settings, TimeProvider clock) : BackgroundService
{
    private const int MostRides = 8;

    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(100);

    // One minute in ten is a peak.
    private static readonly TimeSpan Day = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Peak = TimeSpan.FromMinutes(1);

    private static readonly (string Name, int Capacity, string RideTime, string Boarding)[] Rides =
    [
        ("Comet", 24, "2m", "clock"), ("Mill", 40, "4m", "clock"), ("Wheel", 60, "6m", "clock"), ("Swing", 16, "90s", "clock"),
        ("Ghost train", 12, "3m", "reported"), ("Tower", 20, "1m", "reported"),
    ];

    private readonly HashSet<long> _controlled = [];
    private volatile IReadOnlyList<SimulatedRide> _rides = [];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (settings.Rate <= 0)
            return;
        await Task.WhenAll(WatchAsync(stoppingToken), ArriveAsync(new Random(settings.Seed), stoppingToken));
    }

    /// <summary>Keeps the rides up to date, adds some if there are none, and starts controllers.</summary>
    private async Task WatchAsync(CancellationToken stopping)
    {
        for (; ; await Task.Delay(Look, clock, stopping))
        {
            if (await park.RidesAsync(stopping) is not { } rides)
                continue;
            _rides = rides;
            if (rides.Count == 0)
            {
                foreach (var (name, capacity, rideTime, boarding) in Rides)
                    await park.AddRideAsync(name, capacity, rideTime, boarding, stopping);
            }
            foreach (var ride in rides.Where(ride => ride.IsReported && _controlled.Add(ride.Id)))
                _ = ControlAsync(ride.Id, new Random(settings.Seed + (int)ride.Id), stopping);
        }
    }

    private async Task ArriveAsync(Random random, CancellationToken stopping)
    {
        var began = clock.GetTimestamp();
        var due = 0.0;
        for (; ; await Task.Delay(Step, clock, stopping))
        {
            var isPeak = clock.GetElapsedTime(began).Ticks % Day.Ticks >= (Day - Peak).Ticks;
            for (due += settings.Rate * Step.TotalSeconds * (isPeak ? settings.Peak : 1); due >= 1; due--)
                _ = VisitAsync(new Random(random.Next()), stopping);
        }
    }

    private async Task VisitAsync(Random random, CancellationToken stopping)
    {
        if (await park.EnterAsync(stopping) is not { } customer)
            return;
        var patience = TimeSpan.FromMinutes(5 + random.Next(40));
        for (var left = random.Next(1, MostRides); left > 0; left--)
        {
            if (Choose(random, patience) is { } ride && await park.JoinAsync(customer, ride.Id, stopping))
                await WaitAsync(customer, ride.Id, clock.GetUtcNow() + patience, stopping);
            await Task.Delay(TimeSpan.FromSeconds(10 + random.Next(50)), clock, stopping);
        }
        await park.LeaveAsync(customer, stopping);
    }

    /// <summary>Of two rides, the one with the shorter wait, if it is short enough.</summary>
    private SimulatedRide? Choose(Random random, TimeSpan patience)
    {
        var rides = _rides;
        if (rides.Count == 0)
            return null;
        var (one, other) = (rides[random.Next(rides.Count)], rides[random.Next(rides.Count)]);
        var ride = (one.Wait ?? double.MaxValue) <= (other.Wait ?? double.MaxValue) ? one : other;
        return ride.Wait <= patience.TotalSeconds ? ride : null;
    }

    private async Task WaitAsync(long customer, long ride, DateTimeOffset until, CancellationToken stopping)
    {
        do
            await Task.Delay(TimeSpan.FromSeconds(5), clock, stopping);
        while (await park.IsQueuedAsync(customer, stopping) != false && clock.GetUtcNow() < until);
        await park.LeaveQueueAsync(customer, ride, stopping);
    }

    private async Task ControlAsync(long id, Random random, CancellationToken stopping)
    {
        while (true)
        {
            // Seldom it is broken, for longer than the park takes to suspect that.
            var pause = random.Next(30) == 0 ? TimeSpan.FromMinutes(15) : TimeSpan.FromSeconds(60 + random.Next(30));
            await Task.Delay(pause, clock, stopping);
            if (_rides.FirstOrDefault(ride => ride.Id == id) is { Wait: not null, Waiting: > 0 } ride)
                await park.DepartAsync(id, Math.Min(ride.Capacity, ride.Waiting + random.Next(3)), clock.GetUtcNow(), stopping);
        }
    }
}
