-- Stays of employees, from a check-in to a check-out.
create table checkin.records (
  id              uuid primary key,
  employee_id     text collate "C" not null,
  checked_in_at   timestamptz not null,
  checked_out_at  timestamptz,
  hours           double precision,

  -- open, closed, or open_ended: the check-out was forgotten.
  state           text not null,

  -- Who closed it, if it was not the employee.
  closed_by       text
) with (fillfactor = 80);

create index records_of_employee on checkin.records (employee_id, checked_in_at desc, id desc);

create index records_by_time on checkin.records (checked_in_at desc, id desc);

create index records_open_ended on checkin.records (checked_in_at desc, id desc) where state = 'open_ended';

-- Where each employee stands. A row is locked while its employee's taps are stored.
create table checkin.employees (
  employee_id  text collate "C" primary key,

  -- The record of the last tap; whether it is open, and since when.
  record_id    uuid,
  in_since     timestamptz,

  -- The last tap that counted.
  event_id     uuid,
  action       text,
  at           timestamptz
) with (fillfactor = 50);

create index employees_in on checkin.employees (in_since, employee_id) where in_since is not null;

-- The outbox: what became of taps, for audit and replay. An id is a UUID of version 7, so that it contains its day.
create table checkin.events (
  id           uuid primary key,
  employee_id  text collate "C" not null,

  -- checked_in, checked_out; duplicate, a tap within the window after another one; or repeated, one that was sent again with its key.
  action       text not null,
  record_id    uuid not null,
  at           timestamptz not null,

  -- Of a check-out.
  in_at        timestamptz,
  hours        double precision,

  -- Of a duplicate or a repeated one, the action and time of the first.
  first_action text,
  first_at     timestamptz,

  -- The sender's idempotency key.
  key          text collate "C",
  trace        text,
  stored_at    timestamptz not null default now()
) partition by range (id);

create index events_of_employee on checkin.events (employee_id, id);

create index events_by_key on checkin.events (key) where key is not null;

-- Takes events of days that have no partition, and those that a purge leaves.
create table checkin.events_rest partition of checkin.events default;
