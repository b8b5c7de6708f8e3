namespace RideIngest.CheckIn.Taps;

/// <summary>The statements that store taps. Employees are locked in the order of their ids, and a process that is paused holds them only
/// for a while.</summary>
internal static class TapSql
{
    public const string Lock =
        """
        set local idle_in_transaction_session_timeout = '5s';
        insert into checkin.employees (employee_id) select unnest(@employees) on conflict do nothing;
        select employee_id as EmployeeId, record_id as RecordId, in_since as InSince, event_id as EventId, action, at
        from checkin.employees where employee_id = any (@employees) order by employee_id for update
        """;

    // Keys are remembered for a day at least: events since @since are searched.
    public const string Known =
        """
        select id, employee_id as EmployeeId, action, record_id as RecordId, at, hours, first_action as FirstAction,
          first_at as FirstAt, key
        from checkin.events where id = any (@ids)
        union all
        select id, employee_id, action, record_id, at, hours, first_action, first_at, key
        from checkin.events where key = any (@keys) and id >= @since and id <> all (@ids)
        """;

    public const string Save =
        """
        insert into checkin.records (id, employee_id, checked_in_at, checked_out_at, hours, state)
        select * from unnest(@recordIds, @recordEmployees, @ins, @outs, @recordHours, @states)
        on conflict (id) do update
        set checked_out_at = excluded.checked_out_at, hours = excluded.hours, state = excluded.state;
        insert into checkin.events (id, employee_id, action, record_id, at, in_at, hours, first_action, first_at, key, trace)
        select * from unnest(
          @eventIds, @eventEmployees, @actions, @eventRecords, @ats, @inAts, @eventHours, @firstActions, @firstAts, @keys, @traces);
        update checkin.employees as employee
        set record_id = given.record_id, in_since = given.in_since, event_id = given.event_id, action = given.action, at = given.at
        from unnest(@employees, @lastRecords, @sinces, @lastIds, @lastActions, @lastAts)
          as given (employee_id, record_id, in_since, event_id, action, at)
        where employee.employee_id = given.employee_id;
        insert into checkin.due (event_id, destination)
        select event_id, destination from unnest(@checkOuts) as event_id cross join unnest(@destinations) as destination
        """;
}
