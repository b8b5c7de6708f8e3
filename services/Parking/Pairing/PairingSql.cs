namespace RideIngest.Parking.Pairing;

/// <summary>
/// The statements that pair entries and exits. The rule: of a plate's events in the order of time (entries first at equal times, then by
/// id), an exit pairs with its predecessor if that is an entry within the longest stay, and an entry whose successor is an entry is
/// superseded. So only new events and their neighbours are looked at, and the order of arrival does not matter.
/// </summary>
internal static class PairingSql
{
    /// <summary>
    /// Begins a transaction. A small batch ($1) takes longer to plan than to run, so its plans are made once per connection. They stay when
    /// tables grow, so they use indexes only.
    /// </summary>
    public const string Plan =
        """
        select set_config('enable_seqscan', 'off', true),
          set_config('plan_cache_mode', case when $1 then 'force_generic_plan' else 'force_custom_plan' end, true),
          set_config('enable_hashjoin', case when $1 then 'off' else 'on' end, true),
          set_config('enable_mergejoin', case when $1 then 'off' else 'on' end, true)
        """;

    /// <summary>
    /// Creates what <see cref="LockPlates"/> locks. Both go in the order of plates, so that batches cannot block each other.
    /// </summary>
    public const string AddPlates =
        "insert into parking.vehicles select distinct plate from unnest($1::text[]) as plate order by plate on conflict do nothing";

    public const string LockPlates =
        """
        select count(*) from (
          select from parking.vehicles where plate = any ($1::text[]) order by plate for no key update) as locked
        """;

    /// <summary>Adds events that are not known. Of those with the same id, the first is added.</summary>
    public const string Add =
        """
        insert into parking.movements (is_exit, id, plate, at)
        select distinct on (id) $1, id, plate, at
        from unnest($2::text[], $3::text[], $4::timestamptz[]) with ordinality as incoming (id, plate, at, place)
        order by id, place
        on conflict do nothing
        """;

    /// <summary>Returns the places of events that differ from the stored event with their id.</summary>
    public const string Differing =
        """
        select place::integer
        from unnest($2::text[], $3::text[], $4::timestamptz[]) with ordinality as incoming (id, plate, at, place)
        join parking.movements as stored on stored.is_exit = $1 and stored.id = incoming.id
        where (stored.plate, stored.at) is distinct from (incoming.plate, incoming.at)
        """;

    /// <summary>
    /// Judges the events with the given ids that were just added, and their neighbours. Returns the exits whose visit changed.
    /// </summary>
    public const string PairAdded = $"{Seeds} {Judge} {Effects}";

    /// <summary>Gives events the state and the partner that an operator chose. Returns the exits whose visit changed.</summary>
    public const string Settle =
        $"""
        with judged as (
          select movement.is_exit, movement.id, movement.state as was, movement.other_id as was_other, 1 as place,
            given.other_id, given.other_at, given.state
          from unnest($1::boolean[], $2::text[], $5::text[], $6::text[], $7::timestamptz[])
            as given (is_exit, id, state, other_id, other_at)
          join parking.movements as movement using (is_exit, id)),
        {Effects}
        """;

    /// <summary>Takes events out of the order of their plate, or back into it.</summary>
    public const string PutByHand =
        """
        update parking.movements as movement set by_hand = given.by_hand
        from unnest($1::boolean[], $2::text[], $3::boolean[]) as given (is_exit, id, by_hand)
        where movement.is_exit = given.is_exit and movement.id = given.id
        """;

    /// <summary>Judges settled events that are in the order, and the neighbours of all. Returns the exits whose visit changed.</summary>
    public const string PairAround = $"{SeedsAround} {Judge} {Effects}";

    /// <summary>Exits whose wait is over, at most a number of them, with their plates.</summary>
    public const string Overdue =
        """
        select waiting.exit_id, exits.plate
        from parking.waiting join parking.movements as exits on exits.is_exit and exits.id = waiting.exit_id
        where waiting.until <= now() order by waiting.until limit $1
        """;

    /// <summary>Entries that are older than the longest stay, at most a number of them, with their plates.</summary>
    public const string Outstayed =
        """
        select entry_id, plate from parking.inside where entry_at < now() - $2::interval order by entry_at limit $1
        """;

    /// <summary>Calls waiting exits unmatched, and open entries expired, unless they were paired meanwhile.</summary>
    public const string CallOverdue =
        $"""
        with judged as (
          select is_exit, id, state as was, other_id as was_other, null::text as other_id, null::timestamptz as other_at, 0 as place,
            case when is_exit then 'unmatched' else 'expired' end as state
          from parking.movements
          where is_exit = $1 and id = any ($2::text[]) and state = case when is_exit then 'waiting' else 'open' end),
        {Effects}
        """;

    /// <summary>Adds up tallies, unless they are few.</summary>
    public const string AddUp =
        """
        with gone as (delete from parking.tallies where (select count(*) from parking.tallies) > 50 returning *)
        insert into parking.tallies select is_exit, state, sum(events) from gone group by is_exit, state having sum(events) <> 0
        """;

    public const string Totals = "select is_exit, state, sum(events)::bigint from parking.tallies group by is_exit, state";

    private const string Seeds =
        """
        with seeds as (
          select movement.plate, movement.at, movement.is_exit, movement.id, movement.by_hand, place
          from unnest($2::text[]) with ordinality as incoming (id, place)
          join parking.movements as movement on movement.is_exit = $1 and movement.id = incoming.id and movement.state is null),
        """;

    private const string SeedsAround =
        """
        with seeds as (
          select movement.plate, movement.at, movement.is_exit, movement.id, movement.by_hand, 1 as place
          from unnest($1::boolean[], $2::text[]) as settled (is_exit, id)
          join parking.movements as movement using (is_exit, id)),
        """;

    // $3 is the longest stay, $4 the grace. An entry depends on its successor only, an exit on its predecessor only. If a seed was taken
    // out of the order, the events before and after it are neighbours of each other.
    private const string Judge =
        """
        surrounded as (
          select seeds.*, before.at as before_at, before.is_exit as before_is_exit, before.id as before_id,
            after.at as after_at, after.is_exit as after_is_exit, after.id as after_id
          from seeds
          left join lateral (
            select at, is_exit, id from parking.movements as m
            where m.plate = seeds.plate and not m.by_hand and (m.at, m.is_exit, m.id) < (seeds.at, seeds.is_exit, seeds.id)
            order by m.at desc, m.is_exit desc, m.id desc limit 1) as before on true
          left join lateral (
            select at, is_exit, id from parking.movements as m
            where m.plate = seeds.plate and not m.by_hand and (m.at, m.is_exit, m.id) > (seeds.at, seeds.is_exit, seeds.id)
            order by m.at, m.is_exit, m.id limit 1) as after on true),
        touched as (
          select distinct on (is_exit, id) * from (
            select is_exit, id, at, place, 0 as distance, case when is_exit then before_is_exit else after_is_exit end as next_is_exit,
              case when is_exit then before_id else after_id end as next_id, case when is_exit then before_at else after_at end as next_at
            from surrounded where not by_hand
            union all
            select false, before_id, before_at, place, 1, case when by_hand then after_is_exit else is_exit end,
              case when by_hand then after_id else id end, case when by_hand then after_at else at end
            from surrounded where not before_is_exit
            union all
            select true, after_id, after_at, place, 1, case when by_hand then before_is_exit else is_exit end,
              case when by_hand then before_id else id end, case when by_hand then before_at else at end
            from surrounded where after_is_exit) as near
          order by is_exit, id, distance),
        judged as (
          select touched.is_exit, touched.id, movement.state as was, movement.other_id as was_other, place,
            case when pairs then next_id end as other_id, case when pairs then next_at end as other_at,
            case
              when pairs then 'paired'
              when touched.is_exit and movement.received_at + $4::interval > now() then 'waiting'
              when touched.is_exit then 'unmatched'
              when not next_is_exit then 'superseded'
              when touched.at < now() - $3::interval then 'expired'
              else 'open'
            end as state
          from touched
          join parking.movements as movement on movement.is_exit = touched.is_exit and movement.id = touched.id
          cross join lateral (
            select coalesce(next_is_exit <> touched.is_exit and greatest(next_at, touched.at) - least(next_at, touched.at)
              <= $3::interval, false) as pairs) as verdict),
        """;

    private const string Effects =
        """
        changed as (
          update parking.movements as movement
          set state = judged.state, other_id = judged.other_id, other_at = judged.other_at,
            version = version + (movement.is_exit and movement.other_id is distinct from judged.other_id)::integer
          from judged
          where movement.is_exit = judged.is_exit and movement.id = judged.id
            and (judged.was, judged.was_other) is distinct from (judged.state, judged.other_id)
          returning movement.*, judged.was, judged.was_other, judged.place),
        leaves as (
          delete from parking.inside using changed where not changed.is_exit and changed.was = 'open' and inside.entry_id = changed.id),
        enters as (
          insert into parking.inside select id, plate, at from changed where not is_exit and state = 'open'),
        waits_no_more as (
          delete from parking.waiting using changed where changed.is_exit and changed.was = 'waiting' and waiting.exit_id = changed.id
            and changed.state <> 'waiting'),
        waits as (
          insert into parking.waiting select id, received_at + $4::interval from changed
          where is_exit and state = 'waiting' and was is distinct from 'waiting'),
        counted as (
          insert into parking.tallies
          select is_exit, state, sum(events) from (
            select is_exit, state, 1 as events from changed
            union all select is_exit, was, -1 from changed where was is not null
            union all select is_exit, 'received', 1 from changed where was is null) as change
          group by is_exit, state having sum(events) <> 0)
        select id, version, plate, other_id is not null as is_paired, by_hand, other_at, at, place::integer
        from changed where is_exit and other_id is distinct from was_other
        """;
}
