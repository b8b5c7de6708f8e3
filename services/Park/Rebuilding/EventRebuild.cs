using System.Data;
using System.Globalization;
using Dapper;
using Npgsql;
using RideIngest.Park.Commits;
using RideIngest.Park.Folds;

namespace RideIngest.Park.Rebuilding;

/// <summary>Folds all events anew, those in the archive too, and compares the states with the stored ones, as of one moment.</summary>
internal sealed class EventRebuild(NpgsqlDataSource database)
{
    private const string Events =
        """
        select aggregate_root, source_id, version, event.at, event.name, event.data::text, snapshot.state::text
        from (select * from park.events union all select * from park.archive) as event
        left join park.snapshots as snapshot using (aggregate_root, source_id, version)
        order by aggregate_root, source_id, version
        """;

    private const string Rides =
        """
        select id, concat_ws('|', version, title, description, capacity, extract(epoch from ride_time)::float8, boarding, status, waiting,
          extract(epoch from returns_at)::text)
        from park.rides
        """;

    private const string Customers =
        """
        select id, concat_ws('|', version, extract(epoch from entered_at)::text, coalesce(extract(epoch from left_at)::text, '-'),
          coalesce(ride_id, 0), coalesce(extract(epoch from queued_at)::text, '-'), coalesce(extract(epoch from ends_at)::text, '-'),
          coalesce(boarded_ride_id, 0), coalesce(extract(epoch from boarded_at)::text, '-'))
        from park.customers
        """;

    private const string LoneSnapshots =
        """
        select aggregate_root, source_id
        from park.snapshots as snapshot
        left join park.events as event using (aggregate_root, source_id, version)
        left join park.archive as archived using (aggregate_root, source_id, version)
        where event.at is null and archived.at is null
        """;

    public async Task<Rebuilt> RunAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
        var rides = await StoredAsync(connection, Rides, cancellationToken);
        var customers = await StoredAsync(connection, Customers, cancellationToken);
        var rebuilt = new Rebuilt(rides.Count, customers.Count);
        var lone = await connection.QueryAsync<(string Root, long Id)>(
            new(LoneSnapshots, commandTimeout: 0, cancellationToken: cancellationToken));
        rebuilt.Different.AddRange(lone.Select(snapshot => $"The snapshot of {snapshot.Root} {snapshot.Id} is of no event"));
        await using var command = new NpgsqlCommand(Events, connection) { CommandTimeout = 0 };
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        (string Root, long Id) current = ("", 0);
        var (ride, customer) = (RideState.None, CustomerState.None);
        var queues = new HashSet<(long Ride, long Customer)>();
        while (await row.ReadAsync(cancellationToken))
        {
            var stream = (row.GetString(0), row.GetInt64(1));
            if (stream != current)
            {
                Compare();
                (current, ride, customer) = (stream, RideState.None, CustomerState.None);
            }
            rebuilt.Events++;
            var at = new DateTimeOffset(row.GetDateTime(3));
            var happened = StoredEvents.Read(row.GetString(4), row.GetString(5));
            if (happened is RideEvent ofRide)
                ride = ride.Apply(at, ofRide);
            else
                customer = customer.Apply(at, (CustomerEvent)happened);
            if (!await row.IsDBNullAsync(6, cancellationToken))
                CompareSnapshot(row.GetString(6));
        }
        Compare();
        rebuilt.Different.AddRange(rides.Keys.Select(id => $"Ride {id} has no events"));
        rebuilt.Different.AddRange(customers.Keys.Select(id => $"Customer {id} has no events"));
        rebuilt.Different.AddRange(
            queues.Select(queue => $"Customer {queue.Customer} has queued for ride {queue.Ride}, and is not in its line"));
        return rebuilt;

        // Customers come before rides.
        void Compare()
        {
            if (current.Root == Aggregate.Ride)
            {
                rebuilt.Compare($"Ride {current.Id}", Text(ride), rides.Remove(current.Id, out var stored) ? stored : null);
                rebuilt.Different.AddRange(ride.Line.Places.Where(place => !queues.Remove((current.Id, place.Customer)))
                    .Select(place => $"Customer {place.Customer} is in the line of ride {current.Id}, and has not queued for it"));
            }
            else if (current.Root == Aggregate.Customer)
            {
                rebuilt.Compare($"Customer {current.Id}", Text(customer), customers.Remove(current.Id, out var stored) ? stored : null);
                if (customer.Queued is { } queued)
                    queues.Add((queued.Ride, current.Id));
            }
        }

        // Written again, with the order of members as we write it.
        void CompareSnapshot(string stored)
        {
            var (anew, before) = current.Root == Aggregate.Ride
                ? (RideSnapshot.Write(ride), RideSnapshot.Write(RideSnapshot.Read(stored)))
                : (CustomerSnapshot.Write(customer), CustomerSnapshot.Write(CustomerSnapshot.Read(stored)));
            rebuilt.Compare($"The snapshot of {current.Root} {current.Id}", anew, before);
        }
    }

    private static async Task<Dictionary<long, string>> StoredAsync(
        NpgsqlConnection connection, string sql, CancellationToken cancellationToken) =>
        (await connection.QueryAsync<(long Id, string Text)>(new(sql, commandTimeout: 0, cancellationToken: cancellationToken)))
            .ToDictionary(row => row.Id, row => row.Text);

    private static string Text(RideState ride) => Join(
        ride.Version, ride.Title, ride.Description, ride.Capacity, ride.RideTime.TotalSeconds, ride.Boarding.Word(), ride.Status.Word(),
        ride.Line.Count, Epoch(ride.ReturnsAt));

    private static string Text(CustomerState customer) => Join(
        customer.Version, Epoch(customer.EnteredAt), Epoch(customer.LeftAt), customer.Queued?.Ride ?? 0,
        Epoch(customer.Queued?.Start), Epoch(customer.Queued?.End), customer.Boarded?.Ride ?? 0, Epoch(customer.Boarded?.At));

    private static string Join(params object[] values) =>
        string.Join('|', values.Select(value => Convert.ToString(value, CultureInfo.InvariantCulture)));

    // As Postgres writes it: seconds with six decimals.
    private static string Epoch(DateTimeOffset? at) => at is { } time
        ? ((time - DateTimeOffset.UnixEpoch).Ticks / (decimal)TimeSpan.TicksPerSecond).ToString("0.000000", CultureInfo.InvariantCulture)
        : "-";
}

/// <summary>What a rebuild found.</summary>
internal sealed record Rebuilt(int Rides, int Customers)
{
    public long Events { get; set; }

    /// <summary>What differs, in words.</summary>
    public List<string> Different { get; } = [];

    public void Compare(string what, string rebuilt, string? stored)
    {
        if (rebuilt != stored)
            Different.Add($"{what} is {stored ?? "missing"}, and should be {rebuilt}");
    }
}
