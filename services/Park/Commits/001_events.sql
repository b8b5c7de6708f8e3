-- Everything that happened. Rows are never changed.
create table events (
  aggregate_root text not null check (aggregate_root in ('customer', 'ride')),
  source_id bigint not null,
  version int not null,
  at timestamptz not null,
  name text not null,
  data jsonb not null,

  -- When what the event says ends, as estimated when it was appended.
  ends_at timestamptz,
  primary key (aggregate_root, source_id, version)
);

-- Where each ride and each customer stands: written in the commit of the events, and locked by it.
create table rides (
  id bigint primary key,
  version int not null,

  -- The transaction that changed it last, for feeds that go on where they stopped.
  changed_in xid8 not null default pg_current_xact_id(),
  added_at timestamptz not null,
  changed_at timestamptz not null,
  title text not null,
  description text not null,
  capacity int not null,
  ride_time interval not null,
  boarding text not null,
  status text not null,
  waiting int not null,
  returns_at timestamptz not null
) with (fillfactor = 50);

create table customers (
  id bigint primary key,
  version int not null,
  changed_at timestamptz not null,
  entered_at timestamptz not null,
  left_at timestamptz,
  ride_id bigint,
  queued_at timestamptz,
  ends_at timestamptz,
  boarded_ride_id bigint,
  boarded_at timestamptz
) with (fillfactor = 80);

create index on customers (id) where left_at is null;

-- Events that no fold needs any more.
create table archive (like events including defaults including constraints including indexes);

-- States of rides, and of customers who have left, so that few events are left to fold.
create table snapshots (
  aggregate_root text not null,
  source_id bigint not null,
  version int not null,
  at timestamptz not null,
  state jsonb not null,

  -- The version up to which the events are in the archive.
  archived int not null default 0,

  -- When there may be more to move: the ends of the others are past by then.
  look_at timestamptz not null default now(),
  primary key (aggregate_root, source_id)
);

create index on snapshots (look_at) where version > archived;

-- The waiting times of the last hour in seconds; null while the ride was stopped.
create table waits (
  ride_id bigint not null,
  minute timestamptz not null,
  seconds float8,
  primary key (ride_id, minute)
);

-- The first answers to commands with a key.
create table answers (
  key text primary key,
  at timestamptz not null default now(),
  answer jsonb
);

create index on answers (at);

create sequence ids;
