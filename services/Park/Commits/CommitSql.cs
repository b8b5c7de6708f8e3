namespace RideIngest.Park.Commits;

/// <summary>
/// The statements of a commit. Keys, rides and customers are locked in this order, so that two commits never wait for each other.
/// </summary>
internal static class CommitSql
{
    public const string NewIds = "select nextval('park.ids') from generate_series(1, @count)";

    /// <summary>The events of streams after the versions that are known.</summary>
    public const string EventsAfter =
        """
        select event.source_id as SourceId, event.version, event.at, event.name, event.data::text as data
        from unnest(@ids, @versions) as known (id, version)
        join park.events as event
          on event.aggregate_root = @root and event.source_id = known.id and event.version > known.version
        order by event.source_id, event.version
        """;

    // A process that is paused holds its locks only for a while.
    private const string Limit = "set local idle_in_transaction_session_timeout = '5s';";

    public const string Keys =
        $"""
        {Limit}
        insert into park.answers (key) select key from unnest(@keys) as key order by key on conflict (key) do nothing;
        select key, answer::text from park.answers where key = any(@keys) order by key for update
        """;

    public const string Lock =
        $"""
        {Limit}
        select id, version from park.rides where id = any(@rides) order by id for update;
        select id, version from park.customers where id = any(@customers) order by id for update;
        select clock_timestamp()
        """;

    /// <summary>Saves events and where their rides and customers stand.</summary>
    public const string Save =
        """
        insert into park.events (aggregate_root, source_id, version, at, name, data, ends_at)
        select root, source_id, version, at, name, data::jsonb, ends_at
        from unnest(@roots, @sources, @versions, @ats, @names, @data, @ends) as given (root, source_id, version, at, name, data, ends_at);
        insert into park.rides as ride
          (id, version, added_at, changed_at, title, description, capacity, ride_time, boarding, status, waiting, returns_at)
        select * from unnest(
          @rideIds, @rideVersions, @addedAts, @rideChangedAts, @titles, @descriptions, @capacities, @rideTimes, @boardings, @statuses,
          @waiting, @returnsAts)
        on conflict (id) do update set
          version = excluded.version, changed_in = pg_current_xact_id(), changed_at = excluded.changed_at, title = excluded.title,
          description = excluded.description, capacity = excluded.capacity, ride_time = excluded.ride_time, status = excluded.status,
          waiting = excluded.waiting, returns_at = excluded.returns_at;
        insert into park.customers as customer
          (id, version, changed_at, entered_at, left_at, ride_id, queued_at, ends_at, boarded_ride_id, boarded_at)
        select * from unnest(
          @customerIds, @customerVersions, @customerChangedAts, @enteredAts, @leftAts, @queueRides, @queuedAts, @endsAts, @boardedRides,
          @boardedAts)
        on conflict (id) do update set
          version = excluded.version, changed_at = excluded.changed_at, left_at = excluded.left_at, ride_id = excluded.ride_id,
          queued_at = excluded.queued_at, ends_at = excluded.ends_at, boarded_ride_id = excluded.boarded_ride_id,
          boarded_at = excluded.boarded_at;
        insert into park.snapshots as snapshot (aggregate_root, source_id, version, at, state)
        select root, id, version, at, state::jsonb
        from unnest(@snapshotRoots, @snapshotIds, @snapshotVersions, @snapshotAts, @snapshots) as given (root, id, version, at, state)
        on conflict (aggregate_root, source_id) do update
        set version = excluded.version, at = excluded.at, state = excluded.state where snapshot.version < excluded.version
        """;

    public const string Answers =
        """
        update park.answers as known set answer = given.answer::jsonb
        from unnest(@keys, @answers) as given (key, answer) where known.key = given.key
        """;
}
