using RideIngest.Park.Folds;

namespace RideIngest.Park.Commits;

/// <summary>The parameters of <see cref="CommitSql.Save"/>.</summary>
internal static class CommitRows
{
    public static object Of(CommandWorld world, int snapshotAfter)
    {
        var events = world.Appended;
        var rides = world.ChangedRides.Order().Select(id => (Id: id, Now: world.Ride(id))).ToList();
        var customers = world.ChangedCustomers.Order().Select(id => (Id: id, Now: world.Customer(id))).ToList();
        var appended = events.CountBy(item => (item.Root, item.SourceId)).ToDictionary();
        var snapshots = Snapshots().ToList();
        return new
        {
            roots = events.ConvertAll(item => item.Root),
            sources = events.ConvertAll(item => item.SourceId),
            versions = events.ConvertAll(item => item.Version),
            ats = events.ConvertAll(item => item.At),
            names = events.ConvertAll(item => item.Event.Name),
            data = events.ConvertAll(item => StoredEvents.Write(item.Event)),
            ends = events.ConvertAll(item => item.Event.EndsAt),

            rideIds = rides.ConvertAll(ride => ride.Id),
            rideVersions = rides.ConvertAll(ride => ride.Now.Version),
            addedAts = rides.ConvertAll(ride => ride.Now.AddedAt),
            rideChangedAts = rides.ConvertAll(ride => ride.Now.At),
            titles = rides.ConvertAll(ride => ride.Now.Title),
            descriptions = rides.ConvertAll(ride => ride.Now.Description),
            capacities = rides.ConvertAll(ride => ride.Now.Capacity),
            rideTimes = rides.ConvertAll(ride => ride.Now.RideTime),
            boardings = rides.ConvertAll(ride => ride.Now.Boarding.Word()),
            statuses = rides.ConvertAll(ride => ride.Now.Status.Word()),
            waiting = rides.ConvertAll(ride => ride.Now.Line.Count),
            returnsAts = rides.ConvertAll(ride => ride.Now.ReturnsAt),

            customerIds = customers.ConvertAll(customer => customer.Id),
            customerVersions = customers.ConvertAll(customer => customer.Now.Version),
            customerChangedAts = customers.ConvertAll(customer => customer.Now.At),
            enteredAts = customers.ConvertAll(customer => customer.Now.EnteredAt),
            leftAts = customers.ConvertAll(customer => customer.Now.LeftAt),
            queueRides = customers.ConvertAll(customer => customer.Now.Queued?.Ride),
            queuedAts = customers.ConvertAll(customer => customer.Now.Queued?.Start),
            endsAts = customers.ConvertAll(customer => customer.Now.Queued?.End),
            boardedRides = customers.ConvertAll(customer => customer.Now.Boarded?.Ride),
            boardedAts = customers.ConvertAll(customer => customer.Now.Boarded?.At),

            snapshotRoots = snapshots.ConvertAll(snapshot => snapshot.Root),
            snapshotIds = snapshots.ConvertAll(snapshot => snapshot.Id),
            snapshotVersions = snapshots.ConvertAll(snapshot => snapshot.Version),
            snapshotAts = snapshots.ConvertAll(snapshot => snapshot.At),
            snapshots = snapshots.ConvertAll(snapshot => snapshot.State),
        };

        IEnumerable<(string Root, long Id, int Version, DateTimeOffset At, string State)> Snapshots()
        {
            // A long line makes a large snapshot, which is therefore saved less often.
            foreach (var (id, ride) in rides.Where(ride => Passes(
                Aggregate.Ride, ride.Id, ride.Now.Version, snapshotAfter * (1 + ride.Now.Line.Count / snapshotAfter))))
            {
                yield return (Aggregate.Ride, id, ride.Version, ride.At, RideSnapshot.Write(ride));
            }
            foreach (var (id, customer) in customers.Where(customer =>
                customer.Now.LeftAt is not null || Passes(Aggregate.Customer, customer.Id, customer.Now.Version, snapshotAfter)))
            {
                yield return (Aggregate.Customer, id, customer.Version, customer.At, CustomerSnapshot.Write(customer));
            }
        }

        // Whether the events of this commit complete so many.
        bool Passes(string root, long id, int version, int many) => version / many > (version - appended[(root, id)]) / many;
    }
}
