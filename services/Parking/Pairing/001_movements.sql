-- The entries and exits of all vehicles. A plate's events in the order of time, entries first at equal times, then by id, give the pairs.
-- Each is updated soon after it was added. Half of a page is left free for that, so that no index changes.
create table parking.movements (
  is_exit      boolean not null,
  id           text collate "C" not null,
  plate        text collate "C" not null,
  at           timestamptz not null,
  received_at  timestamptz not null default now(),

  -- Of an entry open, paired, superseded or expired; of an exit waiting, paired or unmatched. Null only in the transaction that adds it.
  state        text,

  -- The event that it is paired with.
  other_id     text collate "C",
  other_at     timestamptz,

  -- Of an exit: how often its visit changed; 0 if there never was one.
  version      integer not null default 0,

  -- Settled by an operator, and therefore apart from the order.
  by_hand      boolean not null default false,
  primary key (is_exit, id)
) with (fillfactor = 50);

create index movements_in_order on parking.movements (plate, at, is_exit, id);

create index movements_by_time on parking.movements (is_exit, at, id);

-- The vehicles that were seen. A row is locked while its plate's events are paired.
create table parking.vehicles (
  plate  text collate "C" primary key
);

-- Open entries: who is inside.
create table parking.inside (
  entry_id  text collate "C" primary key,
  plate     text collate "C" not null,
  entry_at  timestamptz not null
);

create index inside_by_time on parking.inside (entry_at, entry_id);

create index inside_by_plate on parking.inside (plate, entry_at);

-- Exits that wait for their entry.
create table parking.waiting (
  exit_id  text collate "C" primary key,
  until    timestamptz not null
);

create index waiting_until on parking.waiting (until);

-- Changes of the numbers of events by state, which a sweep adds up. The state received counts all events, duplicate what came again.
create table parking.tallies (
  is_exit  boolean not null,
  state    text not null,
  events   bigint not null
);

-- What operators paired or separated.
create table parking.settlements (
  number          bigint generated always as identity primary key,
  at              timestamptz not null default now(),
  by              text not null,
  exit_id         text collate "C" not null,
  entry_id        text collate "C",
  entry_id_before text collate "C"
);
