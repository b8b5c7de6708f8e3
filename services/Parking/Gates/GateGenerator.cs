using RideIngest.Parking.Events;
using RideIngest.Parking.Settings;
using RideIngest.Streams.Intake;

namespace RideIngest.Parking.Gates;

/// <summary>Publishes what a gate reports, each event when it happens; some again, and some late.</summary>
internal abstract class GateGenerator<TEvent>(
    EventPublisher<TEvent> publisher, ParkingSettings settings, ParkingDefaults defaults, TimeProvider clock) : BackgroundService
    where TEvent : GateEvent
{
    private const int Together = 1000;

    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(5);

    private readonly PriorityQueue<TEvent, DateTimeOffset> _due = new();
    private readonly Random _random = new(settings.Gates.Seed);

    protected abstract ParkingRole Role { get; }

    /// <summary>Returns the events between two instants; from the start on if the first is null.</summary>
    protected abstract IEnumerable<(TEvent Event, string? Entry)> Between(GateTraffic traffic, DateTimeOffset? after, DateTimeOffset until);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        var rate = settings.Gates.Rate ?? defaults.GatesRate;
        if (rate == 0 || !settings.Roles.Contains(Role))
            return;
        var traffic = new GateTraffic(settings.Gates, rate);
        await using var truth = GateTruth.Open(settings.Gates.Truth, typeof(TEvent).Name);
        DateTimeOffset? seen = null;
        var batch = new List<TEvent>();
        while (!stoppingToken.IsCancellationRequested)
        {
            var now = clock.GetUtcNow();
            foreach (var (item, entry) in Between(traffic, seen, now))
            {
                await truth.WriteAsync(item, entry);
                Schedule(item);
            }
            seen = now;
            while (batch.Count < Together && _due.TryPeek(out var item, out var at) && at <= now)
            {
                _due.Dequeue();
                batch.Add(item);
            }
            var isFull = batch.Count == Together;
            await publisher.PublishAllAsync(batch, clock, stoppingToken);
            if (!isFull)
                await Task.Delay(Tick, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Completes the batch in hand, unless NATS hangs.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Patience);
        await base.StopAsync(limit.Token);
    }

    private void Schedule(TEvent item)
    {
        _due.Enqueue(item, _random.NextDouble() < settings.Gates.Late ? Later(item.At) : item.At);
        if (_random.NextDouble() < settings.Gates.Duplicate)
            _due.Enqueue(item, Later(item.At));
    }

    private DateTimeOffset Later(DateTimeOffset at) => at + (LongestDelay * _random.NextDouble());
}

/// <summary>The entry gate. Its vehicles that were inside before it started enter at once.</summary>
internal sealed class EntryGate(EventPublisher<Entry> publisher, ParkingSettings settings, ParkingDefaults defaults, TimeProvider clock)
    : GateGenerator<Entry>(publisher, settings, defaults, clock)
{
    protected override ParkingRole Role => ParkingRole.EntryGate;

    protected override IEnumerable<(Entry Event, string? Entry)> Between(
        GateTraffic traffic, DateTimeOffset? after, DateTimeOffset until) =>
        (after is null ? traffic.Inside(until) : traffic.Entering(after.Value, until)).Select(vehicle => (vehicle.Entry, (string?)null));
}

/// <summary>The exit gate.</summary>
internal sealed class ExitGate(EventPublisher<Exit> publisher, ParkingSettings settings, ParkingDefaults defaults, TimeProvider clock)
    : GateGenerator<Exit>(publisher, settings, defaults, clock)
{
    private readonly PriorityQueue<Vehicle, DateTimeOffset> _inside = new();

    protected override ParkingRole Role => ParkingRole.ExitGate;

    protected override IEnumerable<(Exit Event, string? Entry)> Between(GateTraffic traffic, DateTimeOffset? after, DateTimeOffset until)
    {
        foreach (var vehicle in after is null ? traffic.Inside(until) : traffic.Entering(after.Value, until))
            _inside.Enqueue(vehicle, vehicle.LeftAt);
        while (_inside.TryPeek(out var vehicle, out var leftAt) && leftAt <= until)
        {
            _inside.Dequeue();
            yield return (vehicle.Exit, vehicle.Entry.Id);
        }
        if (after is null)
            yield break;
        foreach (var exit in traffic.Unread(after.Value, until))
            yield return (exit, null);
    }
}
