create schema if not exists ops;

create table ops.dead_letters (
  id          bigint generated always as identity primary key,
  kind        text not null,
  record_id   bigint,
  digest      uuid not null,
  error_code  text not null,
  message     text not null,
  payload     bytea not null,
  trace_id    text,
  attempts    integer not null,
  state       text not null default 'open' check (state in ('open', 'replayed', 'discarded')),
  first_at    timestamptz not null default now(),
  last_at     timestamptz not null default now()
);

-- Ids are greater than 0, so 0 stands for none: two nulls would count as different.
create unique index dead_letters_once on ops.dead_letters (kind, coalesce(record_id, 0), digest);
create index dead_letters_open on ops.dead_letters (last_at) where state = 'open';
