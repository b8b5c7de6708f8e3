using System.Collections.Concurrent;
using RideIngest.Park.Folds;
using RideIngest.Park.Settings;

namespace RideIngest.Park.Commits;

/// <summary>
/// The states of all rides and of the customers used last, as of some version each. Commands are decided on the stored version; a state in
/// memory only saves reading the events before it.
/// </summary>
internal sealed class ParkMemory(ParkSettings settings)
{
    private readonly ConcurrentDictionary<long, RideState> _rides = new();
    private readonly Lock _gate = new();
    private Dictionary<long, CustomerState> _young = [];
    private Dictionary<long, CustomerState> _old = [];

    public IEnumerable<KeyValuePair<long, RideState>> Rides => _rides;

    public void Remove(long ride) => _rides.TryRemove(ride, out _);

    public RideState? Ride(long id) => _rides.GetValueOrDefault(id);

    public CustomerState? Customer(long id)
    {
        lock (_gate)
            return _young.GetValueOrDefault(id) ?? _old.GetValueOrDefault(id);
    }

    /// <summary>Keeps a ride's state, unless a newer one is kept.</summary>
    public void Keep(long id, RideState ride) => _rides.AddOrUpdate(
        id, static (_, given) => given, static (_, kept, given) => given.Version > kept.Version ? given : kept, ride);

    /// <summary>Keeps a customer's state, unless a newer one is kept. Those that have not changed for some time are forgotten.</summary>
    public void Keep(long id, CustomerState customer)
    {
        lock (_gate)
        {
            if ((_young.GetValueOrDefault(id) ?? _old.GetValueOrDefault(id))?.Version >= customer.Version)
                return;
            _young[id] = customer;
            if (_young.Count > settings.CustomersInMemory / 2)
                (_old, _young) = (_young, []);
        }
    }

    /// <summary>
    /// Forgets states that are newer than the stored versions: of a database that was restored, or that lost its last commits.
    /// </summary>
    public void ForgetAfter(IReadOnlyDictionary<long, int> rides, IReadOnlyDictionary<long, int> customers)
    {
        foreach (var (id, _) in rides.Where(ride => Ride(ride.Key)?.Version > ride.Value))
            _rides.TryRemove(id, out var _);
        foreach (var (id, _) in customers.Where(customer => Customer(customer.Key)?.Version > customer.Value))
            Forget(id, int.MaxValue);
    }

    /// <summary>Forgets a customer's state if there is a newer version.</summary>
    public void Forget(long id, int version)
    {
        lock (_gate)
        {
            if ((_young.GetValueOrDefault(id) ?? _old.GetValueOrDefault(id))?.Version >= version)
                return;
            _young.Remove(id);
            _old.Remove(id);
        }
    }
}
