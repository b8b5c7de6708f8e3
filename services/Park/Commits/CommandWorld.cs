using RideIngest.Park.Folds;

namespace RideIngest.Park.Commits;

/// <summary>The rides and customers that are locked for a commit, and the events that are appended to them.</summary>
/// <param name="now">The time of the commit.</param>
internal sealed class CommandWorld(DateTimeOffset now, IReadOnlyCollection<long> lockedRides, IReadOnlyCollection<long> lockedCustomers)
{
    private readonly Dictionary<long, RideState> _rides = [];
    private readonly Dictionary<long, CustomerState> _customers = [];
    private readonly Queue<long> _newIds = [];

    public DateTimeOffset Now => now;

    public List<AppendedEvent> Appended { get; } = [];

    public HashSet<long> ChangedRides { get; } = [];

    public HashSet<long> ChangedCustomers { get; } = [];

    /// <summary>All rides that are locked and exist.</summary>
    public IReadOnlyDictionary<long, RideState> Rides => _rides;

    /// <summary>All customers that are locked and exist.</summary>
    public IReadOnlyDictionary<long, CustomerState> Customers => _customers;

    /// <summary>Adds a ride as it is stored.</summary>
    public void Add(long id, RideState ride) => _rides[id] = ride;

    /// <summary>Adds a customer as it is stored.</summary>
    public void Add(long id, CustomerState customer) => _customers[id] = customer;

    public void Add(IEnumerable<long> newIds)
    {
        foreach (var id in newIds)
            _newIds.Enqueue(id);
    }

    public long NewId() => _newIds.Dequeue();

    public bool HasRide(long id) => lockedRides.Contains(id);

    public bool HasCustomer(long id) => lockedCustomers.Contains(id);

    /// <summary>A ride that is locked; one that does not exist has no version.</summary>
    public RideState Ride(long id) => _rides.GetValueOrDefault(id, RideState.None);

    /// <summary>A customer that is locked; one that does not exist has no version.</summary>
    public CustomerState Customer(long id) => _customers.GetValueOrDefault(id, CustomerState.None);

    /// <summary>The time of an event: now, unless the last one of these has a later time.</summary>
    public DateTimeOffset TimeAfter(params ReadOnlySpan<DateTimeOffset> last)
    {
        var at = now;
        foreach (var before in last)
            at = before > at ? before : at;
        return at;
    }

    public void Append(long id, DateTimeOffset at, RideEvent happened)
    {
        var ride = _rides[id] = Ride(id).Apply(at, happened);
        ChangedRides.Add(id);
        Appended.Add(new(Aggregate.Ride, id, ride.Version, at, happened));
    }

    public void Append(long id, DateTimeOffset at, CustomerEvent happened)
    {
        var customer = _customers[id] = Customer(id).Apply(at, happened);
        ChangedCustomers.Add(id);
        Appended.Add(new(Aggregate.Customer, id, customer.Version, at, happened));
    }
}

internal sealed record AppendedEvent(string Root, long SourceId, int Version, DateTimeOffset At, ParkEvent Event);
