-- Deliveries of check-outs that are not done. A row is added with its event, for each destination, and deleted when it is delivered.
create table checkin.due (
  event_id     uuid not null,
  destination  text collate "C" not null,

  -- waiting; retrying, after a failed call; sending; dead, which is a dead letter.
  state        text not null default 'waiting',

  -- Calls that failed while others succeeded.
  attempts     integer not null default 0,

  -- While it is sending: until then the process that sends it has its answer, unless it is gone.
  until        timestamptz,

  -- The code and the reason of the dead letter, or the reason of the last failed call.
  code         text,
  answer       text,

  -- The last replay of a dead letter that was honoured.
  replay       text,

  -- When its message was published again, because nobody had it.
  swept_at     timestamptz,
  primary key (destination, event_id)
) with (fillfactor = 50);

create index due_failed on checkin.due (destination, state) where state <> 'waiting';

-- What all processes together know of a destination.
create table checkin.destinations (
  name            text collate "C" primary key,
  delivered       bigint not null default 0,

  -- Of the circuit breaker: failed calls in a row, with the event of the last one; while it is open, when to try again; and when it
  -- opened or closed.
  failures        integer not null default 0,
  last_event      uuid,
  open_until      timestamptz,
  successes       integer not null default 0,
  changed_at      timestamptz not null default now(),
  reason          text,

  -- Of the rate limit: when the next call may begin; and the rate after 429, until it is restored.
  next_call       timestamptz not null default now(),
  lowered_rate    double precision,
  lowered_until   timestamptz
) with (fillfactor = 50);
